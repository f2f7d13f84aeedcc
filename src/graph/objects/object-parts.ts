import { objectAddress } from '../../model/address.ts';
import { objectName } from '../../model/container.ts';
import type { Finding } from '../../model/finding.ts';
import { toPointer } from '../../model/json.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { DesiredCommon, NetworkSpec, OnEngine, VolumeSpec } from '../../model/resource.ts';
import type { Fault } from '../container/fields.ts';
import { specDigest } from '../launch-digest.ts';
import { atPointer, finding } from '../world.ts';

interface Declared {
  readonly kind: 'network' | 'volume';
  /** The manifest's. */
  readonly name: string;
  readonly engine: string | null;
  readonly spec: NetworkSpec | VolumeSpec;
  readonly faults: readonly Fault[];
}

/** What networks and volumes have in common: nothing runs in them, and they wait for nobody. */
export function objectParts(
  { kind, name, engine, spec, faults }: Declared,
  manifest: Manifest,
): Omit<DesiredCommon, 'lifecycle'> & OnEngine {
  const at = atPointer(toPointer([`${kind}s`, name]), { manifest });
  const address = objectAddress(engine, kind, name);
  const blocked = faults.length === 0 ? {} : { blocked: problemOf(kind, name, faults) };
  return {
    address,
    provider: 'docker',
    engine,
    name: objectName(manifest.name, name),
    dependsOn: [],
    secrets: [],
    launchDigest: specDigest(kind, spec),
    ...blocked,
    at,
  };

  function problemOf(kind: string, name: string, faults: readonly Fault[]): Finding {
    const message = `${kind} "${name}": ${faults.map((fault) => fault.message).join('; ')}`;
    const hint = [...new Set(faults.map((fault) => fault.hint))].join('; ');
    return finding('error', { code: 'GRAPH_CONTAINER_INVALID', message, hint }, { at, address });
  }
}
