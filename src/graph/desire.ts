import { dirname } from 'node:path';
import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Manifest, Server } from '../model/manifest.ts';
import type { Desired } from '../model/resource.ts';
import { desireEntry } from './desire-entry.ts';
import { desireService } from './desire-service.ts';
import { sharedObjects } from './objects/shared-objects.ts';
import { withWholePaths } from './secret-sources.ts';
import { type ServiceContainer, serviceContainers } from './services.ts';
import { addressesOf, atServer, finding, type Surroundings, serverNamed, type World } from './world.ts';

export interface DesiredGraph {
  /** Networks and volumes, then servers in declaration order: image, container, and entries in the order of targets. */
  readonly desired: readonly Desired[];
  /** Where servers with `enabled: false` would be, and what they alone would need. */
  readonly disabled: readonly Address[];
  /** Warnings only: what stops a server is its resource's `blocked`. */
  readonly findings: readonly Finding[];
}

/**
 * What should exist: every server at every target, with its dependencies as addresses, and what its engine must have
 * for it. A server that this release cannot launch, or that is not locked, comes out `blocked`. The manifest has been
 * checked: its dependencies form no circle and no server has a target twice.
 */
export function desire(written: Manifest, surroundings: Surroundings): DesiredGraph {
  const folder = dirname(written.files[0] ?? '/');
  const manifest = withWholePaths(written, folder);
  const servers = new Map(manifest.servers.map((server) => [server.name, server]));
  const world: World = { ...surroundings, manifest, servers, folder };
  const services = serviceContainers(world);
  const shared = sharedObjects(manifest);
  const findings: Finding[] = [...shared.findings];
  const desired: Desired[] = [...shared.desired];
  const disabled: Address[] = [...shared.disabled];
  for (const server of manifest.servers) {
    if (!server.enabled) {
      disabled.push(...addressesOf(server));
      continue;
    }
    findings.push(...disabledDependencies(server, world), ...keptValues(server, world));
    const expanded = expand(server, services, world);
    desired.push(...expanded.desired);
    findings.push(...expanded.caveats);
  }
  return {
    desired: eachOnce(desired),
    disabled,
    findings: [...findings, ...fleetingLauncher(desired, world)],
  };
}

function expand(
  server: Server,
  services: ReadonlyMap<string, ServiceContainer>,
  world: World,
): { readonly desired: readonly Desired[]; readonly caveats: readonly Finding[] } {
  const service = services.get(server.name);
  if (service !== undefined) return desireService(service, world);
  const entries = server.targets.map((target) => desireEntry(server, target, world));
  return {
    desired: entries.map(({ entry }) => entry),
    caveats: entries.flatMap(({ caveats }) => caveats),
  };
}

/** Servers of one image share it. */
function eachOnce(desired: readonly Desired[]): readonly Desired[] {
  const images = new Set<Address>();
  return desired.filter(({ kind, address }) => {
    if (kind !== 'image') return true;
    const isFirst = !images.has(address);
    images.add(address);
    return isFirst;
  });
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
