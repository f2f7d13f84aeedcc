import { dirname } from 'node:path';
import { type Address, entryAddress, type Target } from '../model/address.ts';
import type { Launcher } from '../model/context.ts';
import type { At, Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { Pin } from '../model/lock.ts';
import type { Manifest, Server } from '../model/manifest.ts';
import type { Desired, EntrySpec, SecretUse } from '../model/resource.ts';
import { environmentName, type Secrets, secretNamed, secretsIn } from './bind-template.ts';
import { launchOf } from './entry-spec.ts';
import type { Launch, Reason } from './launch.ts';
import { launchDigest } from './launch-digest.ts';
import { summarizePin } from './summarize-pin.ts';

/** What the manifest alone does not say. */
export interface Surroundings {
  /** By server: pins of the lock that are for what the manifest asks for. */
  readonly pins: ReadonlyMap<string, Pin>;
  /** How a client starts mcpform on this machine. */
  readonly launcher: Launcher;
  readonly platform: NodeJS.Platform;
}

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
 * cannot launch, or that is not locked, comes out `blocked`. The manifest has been checked: its dependencies form no
 * circle and no server has a target twice.
 */
export function desire(manifest: Manifest, surroundings: Surroundings): DesiredGraph {
  const servers = new Map(manifest.servers.map((server) => [server.name, server]));
  const world = { ...surroundings, manifest, servers };
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
      const { resource, caveats } = expand(server, target, world);
      desired.push(resource);
      findings.push(...caveats);
    }
  }
  return { desired, disabled, findings: [...findings, ...fleetingLauncher(desired, world)] };
}

interface World extends Surroundings {
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
): { resource: Desired; caveats: readonly Finding[] } {
  const { manifest } = world;
  const { secrets } = manifest;
  const pin = world.pins.get(server.name);
  const { launcher, platform } = world;
  const folder = dirname(manifest.files[0] ?? '/');
  const launch = launchOf(server, { manifest, target, pin, launcher, platform, folder });
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
    launchDigest: launchDigest(server, launch, { secrets, pin }),
    ...(pin === undefined ? {} : { pin: summarizePin(pin) }),
    ...(launch.record === undefined ? {} : { launch: launch.record }),
    ...(launch.container === undefined ? {} : { container: launch.container }),
    ...(blocked === undefined ? {} : { blocked }),
    at: where.at,
  };
  const caveats = blocked === undefined ? launch.caveats : [];
  return { resource, caveats: caveats.map((caveat) => finding('warning', caveat, where)) };
}

interface Launched {
  readonly launch: Launch;
  readonly uses: readonly SecretUse[];
  readonly secrets: Secrets;
  readonly where: { readonly at: At; readonly address: Address };
}

function blockedBy(server: Server, { launch, uses, secrets, where }: Launched): Finding | undefined {
  if (launch.blocked !== undefined) {
    return finding('error', launch.blocked, where);
  }
  for (const { name } of uses) {
    if (name === undefined || environmentName(secretNamed(name, secrets)) !== null) continue;
    const reason = {
      code: 'GRAPH_SECRET_UNAVAILABLE' as const,
      message: `server "${server.name}": secret "${name}" comes from "${secretNamed(name, secrets).backend}", which this release cannot read`,
      hint: `export it before the client starts and declare \`${name}: { env: NAME }\``,
    };
    return finding('error', reason, where);
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
        'warning',
        {
          code: 'GRAPH_DEPENDENCY_DISABLED',
          message: `server "${server.name}" depends on "${name}", which is disabled`,
          hint: `enable "${name}", or remove it from \`dependsOn\``,
        },
        { at: atServer(server, world) },
      ),
    );
}

/** An entry names mcpform by its path, so a copy that somebody else clears away takes the servers with it. */
function fleetingLauncher(desired: readonly Desired[], { launcher }: World): readonly Finding[] {
  const { ephemeral } = launcher;
  if (ephemeral === null || ephemeral.because === 'versioned') return [];
  const first = desired.find(({ launch }) => launch !== undefined);
  if (first === undefined) return [];
  const words = {
    code: 'GRAPH_LAUNCHER_FLEETING' as const,
    message: `entries would start mcpform from "${ephemeral.path}", ${ephemeral.because === 'npx' ? "npx's cache" : 'a temporary folder'}, which is emptied some day`,
    hint: 'install it: `npm install -g mcpform`, and apply again with that one',
  };
  return [finding('warning', words, { at: first.at, address: first.address })];
}

/** What an import left where it is says so for as long as it stays there. */
function keptValues(server: Server, world: World): readonly Finding[] {
  const kept = server.lifecycle.keep.filter((pointer) =>
    /^\/(env|headers|args|url|headersHelper)(\/|$)/.test(pointer),
  );
  if (kept.length === 0) return [];
  const pointers = kept.map((pointer) => `"${pointer}"`).join(', ');
  const words = {
    code: 'GRAPH_VALUE_KEPT' as const,
    message: `server "${server.name}": ${pointers} ${kept.length === 1 ? 'stays' : 'stay'} as found in the client's file: mcpform neither compares nor writes what is there, and cannot carry it to another machine`,
    hint: 'if it is a credential: put it in an environment variable, write `${NAME}` in the manifest and remove it from `lifecycle.keep`',
  };
  return [finding('warning', words, { at: atServer(server, world) })];
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
  severity: Finding['severity'],
  { code, message, hint }: Reason,
  where: { at: At; address?: Address },
): Finding {
  return { code, severity, message, hint, ...where };
}
