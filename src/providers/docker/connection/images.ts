import type { ImageInfo, ImageSummary } from '../api.ts';
import type { Engine } from '../engine.ts';
import { imageByDigest } from '../image-name.ts';
import { type Caller, call, read } from './call.ts';
import { inPath, quoted } from './names.ts';
import { listOf, objectOf } from './shapes.ts';

const REMOVE_MS = 120_000;

export function imagesOf(caller: Caller): Pick<Engine, 'listImages' | 'inspectImage' | 'removeImage'> {
  return {
    listImages: async () => {
      const doing = 'list images';
      const { value } = await read(caller, { doing, path: '/images/json' });
      return listOf<ImageSummary>(value, 'Id', doing);
    },
    inspectImage: async (idOrReference, platform) => {
      const doing = `inspect image ${quoted(idOrReference)}`;
      const path = `/images/${inPath(idOrReference)}/json`;
      const query = platform === undefined ? {} : { query: { platform: ociPlatform(platform) } };
      const { status, value } = await read(caller, { doing, path, ...query, fine: [404] });
      if (status === 404) return null;
      const image = objectOf<ImageInfo>(value, 'Id', doing);
      return caller.isPodman && hasLostItsName(image, idOrReference) ? null : image;
    },
    removeImage: async (idOrReference) => {
      await call(caller, {
        operation: 'remove',
        doing: `remove image ${quoted(idOrReference)}`,
        method: 'DELETE',
        path: `/images/${inPath(idOrReference)}`,
        timeoutMs: REMOVE_MS,
        fine: [404],
      });
    },
  };
}

/**
 * Podman finds what was untagged by its digest all the same, and says of a container made from it only which id it
 * has. Docker no longer finds it; either has it by its name again when it is pulled.
 */
function hasLostItsName({ RepoDigests }: ImageInfo, reference: string): boolean {
  const wanted = imageByDigest(reference);
  return wanted !== null && !(RepoDigests ?? []).some((name) => imageByDigest(name) === wanted);
}

/** As the OCI image specification has it: `{"os":"linux","architecture":"arm64"}`. */
function ociPlatform(platform: string): string {
  const [os, architecture, variant] = platform.split('/');
  return JSON.stringify({ os, architecture, variant });
}
