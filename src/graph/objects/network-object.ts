import type { Finding } from '../../model/finding.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { DesiredObject, NetworkSpec } from '../../model/resource.ts';
import type { NetworkDocument } from '../../schema/manifest.types.ts';
import { finding } from '../world.ts';
import { driverFaults } from './driver-faults.ts';
import { objectParts } from './object-parts.ts';

/** A network that containers of one engine find one another in. */
export function networkObject(name: string, engine: string | null, manifest: Manifest): DesiredObject {
  const { driver, driverOptions, internal, ipv6, labels, protect } = (manifest.networks[name] ??
    {}) as NonNullable<NetworkDocument>;
  const network: NetworkSpec = {
    driver: driver ?? 'bridge',
    driverOptions: driverOptions ?? {},
    isInternal: internal ?? false,
    hasIpv6: ipv6 ?? false,
    labels: labels ?? {},
  };
  return {
    kind: 'network',
    network,
    ...objectParts({ kind: 'network', name, engine, spec: network, faults: driverFaults(network) }, manifest),
    lifecycle: { protect: protect ?? false, keep: [], ignoreChanges: [], adopt: false },
  };
}

/** What people should know of a network before it is there; null for an ordinary one. */
export function networkCaveat(desired: DesiredObject): Finding | null {
  if (desired.kind !== 'network' || desired.blocked !== undefined) return null;
  const { driver, driverOptions } = desired.network;
  const asked = [
    ...(driver === 'bridge' || driver === 'overlay' ? [] : [`driver "${driver}"`]),
    ...Object.keys(driverOptions).map((name) => `option "${name}"`),
  ];
  if (asked.length === 0) return null;
  const { address, at } = desired;
  const words = {
    code: 'GRAPH_CONTAINER_PRIVILEGES' as const,
    message: `network "${desired.name}" asks for ${asked.join(', ')}, which may bring its containers past the host`,
    hint: 'leave `driver` and `driverOptions` out where an ordinary network will do',
  };
  return finding('warning', words, { at, address });
}
