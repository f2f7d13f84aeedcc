import { type Address, objectAddress } from '../../model/address.ts';
import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { DesiredObject } from '../../model/resource.ts';
import { engineOf } from '../engine-of.ts';
import { networkCaveat, networkObject } from './network-object.ts';
import { isExternal, usesOf } from './uses.ts';
import { volumeObject } from './volume-object.ts';

/** Networks and volumes of the stack, on each engine that has a use for them. */
export interface SharedObjects {
  readonly desired: readonly DesiredObject[];
  /** Networks that only servers with `enabled: false` use. */
  readonly disabled: readonly Address[];
  /** Warnings. */
  readonly findings: readonly Finding[];
}

/**
 * A network is there for the servers that use it, as long as one of them is switched on. A volume is there from its
 * declaration on: data outlives the servers that are switched off, and those that are not written yet.
 */
export function sharedObjects(manifest: Manifest): SharedObjects {
  const users = manifest.servers.map((server) => ({
    isEnabled: server.enabled,
    engine: engineOf(server),
    ...usesOf(server, manifest),
  }));
  const enginesOf = (uses: (user: (typeof users)[number]) => boolean): readonly (string | null)[] => [
    ...new Set(users.filter(uses).map(({ engine }) => engine)),
  ];
  const networks = ownNames(manifest.networks).map((name) => {
    const isUsed = enginesOf((user) => user.isEnabled && user.networks.includes(name));
    const isNamed = enginesOf((user) => user.networks.includes(name));
    return { name, isUsed, isUnused: isNamed.filter((engine) => !isUsed.includes(engine)) };
  });
  const volumes = ownNames(manifest.volumes).map((name) => {
    const engines = enginesOf((user) => user.volumes.includes(name));
    return { name, engines: engines.length === 0 ? [null] : engines };
  });
  const made = networks.flatMap(({ name, isUsed }) =>
    isUsed.map((engine) => networkObject(name, engine, manifest)),
  );
  return {
    findings: made.flatMap((network) => networkCaveat(network) ?? []),
    desired: [
      ...made,
      ...volumes.flatMap(({ name, engines }) =>
        engines.map((engine) => volumeObject(name, engine, manifest)),
      ),
    ],
    disabled: networks.flatMap(({ name, isUnused }) =>
      isUnused.map((engine) => objectAddress(engine, 'network', name)),
    ),
  };
}

function ownNames(declared: Readonly<Record<string, JsonObject>>): readonly string[] {
  return Object.keys(declared).filter((name) => !isExternal(declared[name]));
}
