import { suggest } from '../../formats/yaml-schema.ts';
import { assertNever } from '../../model/assert-never.ts';
import { McpformError } from '../../model/error.ts';
import type { Manifest, Server } from '../../model/manifest.ts';
import { templateText } from '../../model/template.ts';
import type { Found } from './find-containers.ts';
import type { Whereabouts } from './whereabouts.ts';

/** Refuses a server that neither the manifest nor the books have. */
export function assertKnown(
  name: string,
  { servers }: Pick<Manifest, 'servers'>,
  { services }: Pick<Whereabouts, 'services'>,
): void {
  const names = [...new Set([...servers, ...services.map(({ server }) => ({ name: server }))])].map(
    (each) => each.name,
  );
  if (names.includes(name)) return;
  throw new McpformError('USAGE', `the manifest has no server "${name}"`, suggest(name, names));
}

/** Why a server that is known has no container, and where else its log is. */
export function explainAbsent(
  name: string,
  { servers }: Pick<Manifest, 'servers'>,
  { gone }: Pick<Found, 'gone'>,
): McpformError {
  const lost = gone.find(({ server }) => server === name);
  if (lost !== undefined) {
    return absent(`the container "${lost.name}" of server "${name}" is gone from ${lost.engine}`, {
      hint: 'run `mcpform apply`, which makes it again; its log went with it',
    });
  }
  const server = servers.find((each) => each.name === name);
  if (server === undefined) throw new Error(`server "${name}" is neither declared nor in the books`);
  return explainRuntime(server);
}

function explainRuntime(server: Server): McpformError {
  const { name, runtime, transport } = server;
  switch (runtime.kind) {
    case 'command':
      return absent(`server "${name}" is a command, and runs in no container`, besideClient(server));
    case 'package':
      return absent(
        `server "${name}" is the package "${runtime.ecosystem}:${runtime.name}", and runs in no container`,
        besideClient(server),
      );
    case 'url':
      return absent(
        `server "${name}" is "${hostOf(templateText(runtime.url))}", which somebody else runs`,
        besideClient(server, 'whoever runs it has its log'),
      );
    case 'image':
      return transport === 'stdio'
        ? absent(
            `no container of server "${name}" runs: its client starts one when it needs it, and it goes with the client`,
            besideClient(server, 'its log went with it'),
          )
        : absent(`server "${name}" has no container yet`, { hint: 'run `mcpform apply`, which makes it' });
    default:
      return assertNever(runtime);
  }
}

/** Without the rest of it, in which secrets may be. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'a URL';
}

/** As Claude Code 2.1 names the folders of its logs. */
export function besideClient({ name, targets }: Server, before = ''): { readonly hint: string } {
  const isClaude = targets.some(({ client }) => client === 'claude-code');
  const where = isClaude
    ? `Claude Code keeps what it heard of it in ~/.cache/claude-cli-nodejs/*/mcp-logs-${name}/`
    : 'its client has what it wrote to stderr';
  return { hint: before === '' ? where : `${before}; ${where}` };
}

function absent(message: string, { hint }: { readonly hint: string }): McpformError {
  return new McpformError('ENGINE_CONTAINER_ABSENT', message, { hint });
}
