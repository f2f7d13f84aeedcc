import type { ImageInfo, ManifestDescriptor } from './api.ts';
import type { Reading } from './container-reading.ts';
import { imageId } from './image-id.ts';
import { imageByDigest, platformOf, repositoryOf } from './image-name.ts';
import { IMAGE_LABEL } from './labels.ts';
import { oncePerImage } from './once-per-image.ts';

/** The digest by which what really runs is known; of all names, the one that it was asked for by. */
export function readImage({ info, image }: Reading): string {
  const id = imageId({ Id: info.Image });
  const asked = info.Config.Image ?? '';
  // It may go by digests that no registry knows.
  if (asked === id || info.Config.Labels?.[IMAGE_LABEL] === id) return id;
  const known = image === null ? [] : knownAs(image);
  const exact = /@sha256:[0-9a-f]{64}$/.test(asked) ? imageByDigest(asked) : null;
  // A digest cannot be moved to other content, so it also counts when the engine has forgotten the image.
  if (exact !== null && (known.length === 0 || known.includes(exact))) return exact;
  const repository = /^[0-9a-f]{12,}$|^sha256:/.test(asked) ? '' : repositoryOf(asked);
  return known.find((name) => name.startsWith(`${repository}@`)) ?? known[0] ?? id;
}

const knownAs = oncePerImage(({ RepoDigests }) =>
  (RepoDigests ?? []).flatMap((name) => imageByDigest(name) ?? []).sort(),
);

/** What it runs on; an image for several may tell of another one than the container's. */
export function readPlatform({ info, image }: Reading): string | undefined {
  return (
    manifestPlatform(info.ImageManifestDescriptor) ?? (image === null ? undefined : imagePlatform(image))
  );
}

export function manifestPlatform(manifest: ManifestDescriptor | null | undefined): string | undefined {
  const { os = '', architecture = '', variant } = manifest?.platform ?? {};
  return platformOf(os, architecture, variant);
}

export function imagePlatform({ Os = '', Architecture = '', Variant }: ImageInfo): string | undefined {
  return platformOf(Os, Architecture, Variant);
}
