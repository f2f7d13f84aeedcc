import type { ImageInfo } from './api.ts';
import type { Reading } from './container-reading.ts';
import { imageByDigest, platformOf, repositoryOf } from './image-name.ts';

/** The digest by which what really runs is known; of all names, the one that it was asked for by. */
export function readImage({ info, image }: Reading): string {
  const asked = info.Config.Image ?? '';
  const known = knownAs(image);
  const exact = /@sha256:[0-9a-f]{64}$/.test(asked) ? imageByDigest(asked) : null;
  // A digest cannot be moved to other content, so it also counts when the engine has forgotten the image.
  if (exact !== null && (known.length === 0 || known.includes(exact))) return exact;
  const repository = /^[0-9a-f]{12,}$|^sha256:/.test(asked) ? '' : repositoryOf(asked);
  return known.find((name) => name.startsWith(`${repository}@`)) ?? known[0] ?? idOf(info.Image);
}

function knownAs(image: ImageInfo | null): readonly string[] {
  return (image?.RepoDigests ?? []).flatMap((name) => imageByDigest(name) ?? []).sort();
}

/** Podman leaves out what kind of digest it is. */
function idOf(id: string): string {
  return id.startsWith('sha256:') ? id : `sha256:${id}`;
}

/** What it runs on; an image for several may tell of another one than the container's. */
export function readPlatform({ info, image }: Reading): string | undefined {
  const { os, architecture, variant } = info.ImageManifestDescriptor?.platform ?? {};
  if (os !== undefined && architecture !== undefined) return platformOf(os, architecture, variant);
  return image === null ? undefined : imagePlatform(image);
}

export function imagePlatform({ Os = '', Architecture = '', Variant }: ImageInfo): string | undefined {
  return platformOf(Os, Architecture, Variant);
}
