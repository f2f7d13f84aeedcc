import type { ImageInfo } from './api.ts';
import { withoutEmpty } from './attributes.ts';
import type { ContainerState } from './container-attributes.ts';
import { imagePlatform } from './container-image.ts';
import { imageByDigest } from './image-name.ts';

/** An image that the engine has by the digest of `reference`. */
export function readImageObject(image: ImageInfo, reference: string): ContainerState {
  return {
    attributes: withoutEmpty({
      image: imageByDigest(reference) ?? reference,
      platform: imagePlatform(image),
    }),
    unknown: ['/platform'],
  };
}
