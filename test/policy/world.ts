import { desire } from '../../src/graph/desire.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { SourceIdentity } from '../../src/model/inventory.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import type { Desired, DesiredEntry, Rendered } from '../../src/model/resource.ts';
import { templateText } from '../../src/model/template.ts';
import { checkPolicy, type Setting } from '../../src/policy/check-policy.ts';
import type { EngineHost, EngineHosts } from '../../src/policy/engine-host.ts';
import type { Effect, Policy, Subject } from '../../src/policy/policy.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';

export const here: SourceIdentity = {
  remote: 'https://github.com/acme/tools.git',
  root: '/repo',
  files: ['mcp.yaml'],
};

/** An engine on this machine, for containers that get none of its folders. */
export const host: EngineHost = { homes: ['/data/people/ann'], sockets: [], realPaths: new Map() };
export const hosts: EngineHosts = new Map([['docker', host]]);

type Written = {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly default?: Effect;
};

/** A policy as it comes out of parsing `rules`. */
export function policy(rules: Partial<Record<Subject, Written>>, file = '/etc/mcpform/policy.yaml'): Policy {
  const read = Object.entries(rules).map(([subject, { allow, deny = [], default: otherwise }]) => [
    subject,
    { deny, allow: allow ?? [], otherwise: otherwise ?? (allow === undefined ? 'allow' : 'deny') },
  ]);
  return { file, rules: Object.fromEntries(read) as Policy['rules'] };
}

/** What the policies say of one server: `allow`, or `deny` and `warn` with the thing meant. */
export function verdict(
  policies: Policy | readonly Policy[],
  more: Partial<Server>,
  source: SourceIdentity = here,
  setting: Partial<Setting> = {},
): string {
  const { desired } = desire(stack([server('a', more)]), surroundings());
  const rendered = renderAll(desired);
  return wordsOf(checkPolicy([policies].flat(), desired, { rendered, source, hosts, ...setting }));
}

export interface ImageWorld {
  readonly manifest?: Partial<Manifest>;
  readonly setting?: Partial<Setting>;
  /** `http`: a container of ours. Default: `stdio`, started by docker itself. */
  readonly over?: 'stdio' | 'http';
  readonly server?: Partial<Server>;
}

/** What the policies say of one server from an image and of all that it needs, each thing once. */
export function verdictOnImage(
  policies: Policy | readonly Policy[],
  engine: Server['engine'],
  { manifest = {}, setting = {}, over = 'stdio', server: more = {} }: ImageWorld = {},
): string {
  const image = `ghcr.io/acme/mcp:1@sha256:${'3f'.repeat(32)}`;
  const way =
    over === 'stdio'
      ? ({ launch: 'direct', engine } as const)
      : ({ transport: 'http', engine: { port: 3001, ...engine } } as const);
  const declared = server('a', { runtime: { kind: 'image', image }, args: [], ...way, ...more });
  const graph = desire(stack([declared], manifest), surroundings());
  const needs = new Set(
    graph.desired.flatMap(({ server: name, dependsOn }) => (name === 'a' ? dependsOn : [])),
  );
  const desired = graph.desired.filter(({ server: name, address }) => name === 'a' || needs.has(address));
  const rendered = renderAll(desired);
  const findings = checkPolicy([policies].flat(), desired, { rendered, source: here, hosts, ...setting });
  // That a policy must speak of images at all where nobody looks has its own tests.
  return wordsOf(findings.filter(({ message }) => !message.includes('no policy of this machine has')));
}

function wordsOf(findings: readonly Finding[]): string {
  const words = findings.map(({ code, message }) => {
    const about = message.replace(/^"[^"]*": /, '').replace(/ (is (denied|warned about)|would be).*$/, '');
    return `${code === 'POLICY_DENIED' ? 'deny' : 'warn'} ${about}`;
  });
  return words.length === 0 ? 'allow' : [...new Set(words)].join('; ');
}

function renderAll(desired: readonly Desired[]): ReadonlyMap<string, Rendered> {
  return new Map(desired.flatMap((each) => (each.kind === 'entry' ? [[each.address, render(each)]] : [])));
}

/** As the Claude Code provider renders: client expansions as text. */
function render({ spec }: DesiredEntry): Rendered {
  const attributes: JsonObject = {
    type: spec.transport,
    ...(spec.command === undefined ? {} : { command: templateText(spec.command) }),
    args: spec.args.map(templateText),
    env: Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, templateText(value)])),
    ...(spec.url === undefined ? {} : { url: templateText(spec.url) }),
    ...spec.client,
  };
  return { attributes, findings: [] };
}
