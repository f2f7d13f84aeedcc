import type { ImageInfo } from './api.ts';

/** `sha256:` + hex, which Podman's own form leaves out. */
export function imageId({ Id }: Pick<ImageInfo, 'Id'>): string {
  return Id.includes(':') ? Id : `sha256:${Id}`;
}
