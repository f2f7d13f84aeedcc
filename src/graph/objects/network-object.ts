import type { Manifest } from '../../model/manifest.ts';
import type { DesiredObject, NetworkSpec } from '../../model/resource.ts';
import type { NetworkDocument } from '../../schema/manifest.types.ts';
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
