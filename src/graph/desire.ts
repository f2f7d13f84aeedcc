import { type Address, entryAddress, type Target } from '../model/address.ts';
import type { Code } from '../model/codes.ts';
import type { At, Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { Lock } from '../model/lock.ts';
import type { Manifest, Server } from '../model/manifest.ts';
import type { Desired, EntrySpec, SecretUse } from '../model/resource.ts';
import { environmentName, type Secrets, secretNamed, secretsIn } from './bind-template.ts';
import { type Launch, launchOf, type Reason } from './entry-spec.ts';
import { launchDigest } from './launch-digest.ts';

export interface DesiredGraph {
  /** In declaration order, then in the order of targets. */
  readonly desired: readonly Desired[];
  /** Where servers with `enabled: false` would be. */
  readonly disabled: readonly Address[];
  /** Warnings only: what stops a server is its resource's `blocked`. */
  readonly findings: readonly Finding[];
}

/**
 * What should exist: every server at every target, with its dependencies as addresses. A server that this release
 * cannot launch comes out `blocked`. The manifest has been checked: its dependencies form no circle and no server
 * has a target twice. The lock holds the pins of verified launches, of which there are none yet.
 */
export function desire(manifest: Manifest, _lock: Lock): DesiredGraph {
  const servers = new Map(manifest.servers.map((server) => [server.name, server]));
  const world = { manifest, servers };
  const findings: Finding[] = [];
  const desired: Desired[] = [];
  const disabled: Address[] = [];
  for (const server of manifest.servers) {
    if (!server.enabled) {
      disabled.push(...addressesOf(server));
      continue;
    }
    findings.push(...disabledDependencies(server, world), ...keptValues(server, world));
    for (const target of server.targets) {
      const { resource, caveat } = expand(server, target, world);
      desired.push(resource);
      if (caveat !== undefined) findings.push(caveat);
    }
  }
  return { desired, disabled, findings };
}

interface World {
  readonly manifest: Manifest;
  readonly servers: ReadonlyMap<string, Server>;
}

function addressesOf(server: Server): readonly Address[] {
  return [...new Set(server.targets.map((target) => entryAddress(target, server.name)))];
}

function expand(
  server: Server,
  target: Target,
  world: World,
): { resource: Desired; caveat: Finding | undefined } {
  const { secrets } = world.manifest;
  const launch = launchOf(server, target, secrets);
  const where = { at: atServer(server, world), address: entryAddress(target, server.name) };
  const uses = secretUses(server, secrets);
  const blocked = blockedBy(server, { launch, uses, secrets, where });
  const resource: Desired = {
    address: where.address,
    provider: target.client,
    kind: 'entry',
    server: server.name,
    target,
    spec: launch.spec,
    runtime: server.runtime,
    dependsOn: dependencies(server, world),
    lifecycle: server.lifecycle,
    secrets: uses,
    launchDigest: launchDigest(server, launch.spec, secrets),
    ...(blocked === undefined ? {} : { blocked }),
    at: where.at,
  };
  const isCaveat = blocked === undefined && launch.caveat !== undefined;
  return {
    resource,
    caveat: isCaveat ? finding('GRAPH_LAUNCH_DIRECT', 'warning', launch.caveat, where) : undefined,
  };
}

interface Launched {
  readonly launch: Launch;
  readonly uses: readonly SecretUse[];
  readonly secrets: Secrets;
  readonly where: { readonly at: At; readonly address: Address };
}

function blockedBy(server: Server, { launch, uses, secrets, where }: Launched): Finding | undefined {
  if (launch.blocked !== undefined) {
    return finding('GRAPH_LAUNCH_UNAVAILABLE', 'error', launch.blocked, where);
  }
  for (const { name } of uses) {
    if (name === undefined || environmentName(secretNamed(name, secrets)) !== null) continue;
    const reason = {
      message: `server "${server.name}": secret "${name}" comes from "${secretNamed(name, secrets).backend}", which this release cannot read`,
      hint: `export it before the client starts and declare \`${name}: { env: NAME }\``,
    };
    return finding('GRAPH_SECRET_UNAVAILABLE', 'error', reason, where);
  }
  return undefined;
}

/** Where secrets go in the manifest's server, whatever program it is launched with. */
function secretUses(server: Server, secrets: Secrets): readonly SecretUse[] {
  const { runtime } = server;
  const uses = [
    ...(runtime.kind === 'command' ? secretsIn(runtime.command, '/command', secrets) : []),
    ...(runtime.kind === 'url' ? secretsIn(runtime.url, '/url', secrets) : []),
    ...server.args.flatMap((arg) => secretsIn(arg, '/args', secrets)),
    ...fieldsIn('env', server.env, secrets),
    ...fieldsIn('headers', server.headers, secrets),
  ];
  const byKey = new Map(uses.map((use) => [`${use.pointer}\n${use.locator}\n${use.name ?? ''}`, use]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, use]) => use);
}

function fieldsIn(
  field: 'env' | 'headers',
  templates: EntrySpec['env'],
  secrets: Secrets,
): readonly SecretUse[] {
  return Object.entries(templates).flatMap(([name, template]) =>
    secretsIn(template, toPointer([field, name]), secrets),
  );
}

function dependencies(server: Server, world: World): readonly Address[] {
  const wanted = server.dependsOn.map((name) => serverNamed(name, world)).filter(({ enabled }) => enabled);
  return [...new Set(wanted.flatMap(addressesOf))].sort();
}

function disabledDependencies(server: Server, world: World): readonly Finding[] {
  return server.dependsOn
    .filter((name) => !serverNamed(name, world).enabled)
    .map((name) =>
      finding(
        'GRAPH_DEPENDENCY_DISABLED',
        'warning',
        {
          message: `server "${server.name}" depends on "${name}", which is disabled`,
          hint: `enable "${name}", or remove it from \`dependsOn\``,
        },
        { at: atServer(server, world) },
      ),
    );
}

/** What an import left where it is says so for as long as it stays there. */
function keptValues(server: Server, world: World): readonly Finding[] {
  const kept = server.lifecycle.keep.filter((pointer) =>
    /^\/(env|headers|args|url|headersHelper)(\/|$)/.test(pointer),
  );
  if (kept.length === 0) return [];
  const pointers = kept.map((pointer) => `"${pointer}"`).join(', ');
  const words = {
    message: `server "${server.name}": ${pointers} ${kept.length === 1 ? 'stays' : 'stay'} as found in the client's file: mcpform neither compares nor writes what is there, and cannot carry it to another machine`,
    hint: 'if it is a credential: put it in an environment variable, write `${NAME}` in the manifest and remove it from `lifecycle.keep`',
  };
  return [finding('GRAPH_VALUE_KEPT', 'warning', words, { at: atServer(server, world) })];
}

function serverNamed(name: string, { servers }: World): Server {
  const server = servers.get(name);
  if (server === undefined) throw new Error(`server "${name}" passed the manifest without being declared`);
  return server;
}

function atServer(server: Server, { manifest }: World): At {
  return { file: manifest.files[0] ?? '', pointer: server.declaredIn, part: 'key' };
}

function finding(
  code: Code,
  severity: Finding['severity'],
  { message, hint }: Reason,
  where: { at: At; address?: Address },
): Finding {
  return { code, severity, message, hint, ...where };
}
