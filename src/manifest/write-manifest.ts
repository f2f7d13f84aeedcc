import { addMembers } from '../formats/yaml-edit.ts';
import { parseYaml } from '../formats/yaml-parse.ts';
import { printMembers } from '../formats/yaml-print.ts';
import { isJsonObject, type Json, type JsonObject, sameJson } from '../model/json.ts';
import type { ImportedServer, WrittenTarget } from './write-import.ts';

export interface WriteOptions {
  /** Of the stack, for a new file: `stackName` makes one. */
  readonly name: string;
  /** Declarations to add under `secrets`, by name. */
  readonly secrets?: JsonObject;
}

const USER: readonly WrittenTarget[] = [{ client: 'claude-code', scope: 'user' }];

/**
 * The manifest's text with servers added after those it has, every other byte kept; or a new documented manifest
 * when there is none. Targets that are the file's own `defaults.targets` are left out. Throws MANIFEST_NOT_EDITABLE
 * when a name is there already or the file is written in a way that cannot be added to.
 */
export function addServers(
  text: string | null,
  servers: readonly ImportedServer[],
  options: WriteOptions,
): string {
  if (text === null) return newManifest({ ...options, servers });
  const { secrets = {} } = options;
  const added = addMembers(text, 'servers', membersOf(servers, defaultTargets(text)));
  return addMembers(added, 'secrets', secrets);
}

function defaultTargets(text: string): Json | null {
  const { value } = parseYaml(new TextEncoder().encode(text), '');
  const defaults = isJsonObject(value) ? value['defaults'] : undefined;
  const targets = isJsonObject(defaults) ? defaults['targets'] : undefined;
  if (!Array.isArray(targets)) return null;
  return targets.map((target: Json) => (isJsonObject(target) ? { scope: 'user', ...target } : target));
}

function membersOf(servers: readonly ImportedServer[], byDefault: Json | null): JsonObject {
  const members = servers.map(({ name, server }): [string, JsonObject] => {
    const { targets, ...others } = server;
    return byDefault !== null && sameJson(targets, byDefault) ? [name, others] : [name, server];
  });
  return Object.fromEntries(members);
}

/** A first manifest, with comments that teach and the servers given. It parses without a finding. */
export function newManifest({
  name,
  servers,
  secrets = {},
}: WriteOptions & { readonly servers: readonly ImportedServer[] }): string {
  const layout = { indent: '', step: '  ', eol: '\n' };
  const head = printMembers({ apiVersion: 'mcpform/v1', kind: 'Stack', name }, layout);
  const members = membersOf(servers, USER as unknown as Json);
  const body = servers.length === 0 ? `servers: {}\n${EXAMPLES}` : printMembers({ servers: members }, layout);
  const isPlain = Object.keys(secrets).length === 0;
  const where = isPlain ? SECRETS : ABOUT_SECRETS + printMembers({ secrets }, layout);
  return `${ABOUT}${head}\n${where}\n${FIELDS}${body}`;
}

/** A name that a stack may have, from any text such as a folder's name. */
export function stackName(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-');
  const trimmed = plain
    .replace(/^[-_]+/, '')
    .slice(0, 63)
    .replace(/[-_]+$/, '');
  return trimmed === '' || trimmed in {} ? 'stack' : trimmed;
}

const ABOUT = `# Which MCP servers should exist, and where. \`mcpform plan\` shows what would change; \`mcpform apply\` does it.
`;

const ABOUT_SECRETS = `# Where secrets are, never what they are. Write \${secret.github-token} in env, headers or url.
`;
const SECRETS = `${ABOUT_SECRETS}# secrets:
#   github-token: { env: GITHUB_TOKEN }
`;

const FIELDS = `# Values that differ between machines. Write \${var.docs} anywhere, and give them with --var docs=/srv/docs.
# variables:
#   docs: { default: /srv/docs }

# Where entries go unless a server says otherwise. Scopes: user (all your projects), local (one folder, only you),
# project (one folder, shared through its .mcp.json).
defaults:
  targets:
    - client: claude-code
      scope: user

`;

const EXAMPLES = `# Replace {} above by servers such as these:
#   memory: # a program that Claude Code starts
#     command: npx
#     args: [-y, "@modelcontextprotocol/server-memory@2026.8.31"]
#   github: # a server that runs elsewhere
#     url: https://api.githubcopilot.com/mcp/
#     headers: { Authorization: "Bearer \${secret.github-token}" }
`;
