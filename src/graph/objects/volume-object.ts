import type { Lifecycle, Manifest } from '../../model/manifest.ts';
import type { DesiredObject, VolumeSpec } from '../../model/resource.ts';
import type { VolumeDocument } from '../../schema/manifest.types.ts';
import { driverFaults } from './driver-faults.ts';
import { objectParts } from './object-parts.ts';

/** A volume of one engine, whoever uses it. */
export function volumeObject(name: string, engine: string | null, manifest: Manifest): DesiredObject {
  const { driver, driverOptions, labels, protect } = (manifest.volumes[name] ??
    {}) as NonNullable<VolumeDocument>;
  const volume: VolumeSpec = {
    driver: driver ?? 'local',
    driverOptions: driverOptions ?? {},
    labels: labels ?? {},
  };
  return {
    kind: 'volume',
    volume,
    ...objectParts({ kind: 'volume', name, engine, spec: volume, faults: driverFaults(volume) }, manifest),
    lifecycle: lifecycleOf(protect),
  };
}

/**
 * Data is kept unless somebody says that it may go. Who said nothing is not asked for ever about a volume that has
 * left the manifest: it stays where it is, and is forgotten.
 */
function lifecycleOf(protect: boolean | undefined): Lifecycle {
  const lifecycle = { protect: protect ?? true, keep: [], ignoreChanges: [], adopt: false };
  return protect === undefined ? { ...lifecycle, onRemove: 'orphan' } : lifecycle;
}
