import type { Finding } from '../../model/finding.ts';
import type { Observed, Place } from '../../model/resource.ts';
import type { NetworkInfo } from './api.ts';
import type { Answers } from './ask-engine.ts';
import { readImageObject } from './image-attributes.ts';
import { imageByDigest } from './image-name.ts';
import { claimsIn } from './labels.ts';
import { readNetwork } from './network-attributes.ts';
import { nameOf } from './place.ts';
import { readVolume } from './volume-attributes.ts';

export function networksAt(places: readonly Place[], { networks }: Answers): readonly Observed[] {
  return places.flatMap((place) => {
    const [network] = networksNamed(nameOf(place), networks);
    return network === undefined ? [] : [networkAt(place, network)];
  });
}

export function networkAt(place: Place, network: NetworkInfo): Observed {
  return { place, attributes: readNetwork(network), unknown: [] };
}

/** Engines before 26 make a second one of a name where two ask at once. */
export function ambiguousNetworks(places: readonly Place[], { networks }: Answers): readonly Finding[] {
  return places.flatMap((place): readonly Finding[] => {
    const { length } = networksNamed(nameOf(place), networks);
    if (length < 2) return [];
    return [
      {
        code: 'ENGINE_REFUSED',
        severity: 'warning',
        message: `"${place.file}" has ${length} networks called "${nameOf(place)}", and connects nothing to any of them by name`,
        hint: 'remove those that nothing uses: `docker network ls`, then `docker network rm ID`',
      },
    ];
  });
}

function networksNamed(name: string, networks: readonly NetworkInfo[]): readonly NetworkInfo[] {
  return networks.filter(({ Name }) => Name === name);
}

export function volumesAt(places: readonly Place[], { volumes }: Answers): readonly Observed[] {
  return places.flatMap((place) => {
    const volume = volumes.find(({ Name }) => Name === nameOf(place));
    return volume === undefined ? [] : [{ place, attributes: readVolume(volume), unknown: [] }];
  });
}

export function imagesAt(places: readonly Place[], { images }: Answers): readonly Observed[] {
  return places.flatMap((place) => {
    const reference = referenceOf(place);
    const image = images.get(reference);
    return image === undefined ? [] : [{ place, ...readImageObject(image, reference) }];
  });
}

/** An image may not say that containers of it are ours. */
export function claimingImages(places: readonly Place[], { images }: Answers): readonly Finding[] {
  return places.flatMap((place): readonly Finding[] => {
    const [claim] = claimsIn(images.get(referenceOf(place))?.Config?.Labels);
    if (claim === undefined) return [];
    return [
      {
        code: 'ENGINE_CLAIM',
        severity: 'warning',
        message: `image "${nameOf(place)}" carries the label "${claim}": no container is made of it`,
        hint: 'such labels say what mcpform made; use an image without them',
      },
    ];
  });
}

/** How the engine is asked for the image at a place. */
export function referenceOf(place: Place): string {
  return imageByDigest(nameOf(place)) ?? nameOf(place);
}
