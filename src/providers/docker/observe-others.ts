import type { Finding } from '../../model/finding.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { Observed, Place } from '../../model/resource.ts';
import type { NetworkInfo } from './api.ts';
import type { Engine } from './engine.ts';
import { readImageObject } from './image-attributes.ts';
import { imageByDigest } from './image-name.ts';
import { readNetwork } from './network-attributes.ts';
import { nameOf } from './place.ts';
import { readVolume } from './volume-attributes.ts';

const AT_ONCE = 8;

export async function observeNetworks(
  engine: Engine,
  places: readonly Place[],
): Promise<{ readonly objects: readonly Observed[]; readonly findings: readonly Finding[] }> {
  if (places.length === 0) return { objects: [], findings: [] };
  const networks = await engine.listNetworks();
  const there = places.flatMap((place) => {
    const [first, ...others] = networks.filter(({ Name }) => Name === nameOf(place));
    return first === undefined ? [] : [{ place, network: first, count: others.length + 1 }];
  });
  return {
    objects: there.map(({ place, network }) => networkAt(place, network)),
    findings: there.flatMap(({ place, count }) => (count === 1 ? [] : [ambiguous(place, count)])),
  };
}

export function networkAt(place: Place, network: NetworkInfo): Observed {
  return { place, attributes: readNetwork(network), unknown: [] };
}

/** Engines before 26 make a second one where two ask at once. */
function ambiguous(place: Place, count: number): Finding {
  return {
    code: 'ENGINE_REFUSED',
    severity: 'warning',
    message: `"${place.file}" has ${count} networks called "${nameOf(place)}", and connects nothing to any of them by name`,
    hint: 'remove those that nothing uses: `docker network ls`, then `docker network rm ID`',
  };
}

export async function observeVolumes(engine: Engine, places: readonly Place[]): Promise<readonly Observed[]> {
  if (places.length === 0) return [];
  const volumes = new Map((await engine.listVolumes()).map((volume) => [volume.Name, volume]));
  return places.flatMap((place) => {
    const volume = volumes.get(nameOf(place));
    return volume === undefined ? [] : [{ place, attributes: readVolume(volume), unknown: [] }];
  });
}

export async function observeImages(engine: Engine, places: readonly Place[]): Promise<readonly Observed[]> {
  const found = await inParallel(places, AT_ONCE, async (place): Promise<readonly Observed[]> => {
    const reference = imageByDigest(nameOf(place)) ?? nameOf(place);
    const image = await engine.inspectImage(reference);
    return image === null ? [] : [{ place, ...readImageObject(image, reference) }];
  });
  return found.flat();
}
