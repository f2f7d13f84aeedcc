import type { ImageInfo } from './api.ts';

/** The same for images as they were inspected, worked out once for each: many containers are of one. */
export function oncePerImage<T>(read: (image: ImageInfo) => T): (image: ImageInfo) => T {
  const known = new WeakMap<ImageInfo, { readonly value: T }>();
  return (image) => {
    const there = known.get(image) ?? { value: read(image) };
    known.set(image, there);
    return there.value;
  };
}
