import type { ImageInfo, ImageSummary } from '../api.ts';
import type { Engine } from '../engine.ts';
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
      return status === 404 ? null : objectOf<ImageInfo>(value, 'Id', doing);
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

/** As the OCI image specification has it: `{"os":"linux","architecture":"arm64"}`. */
function ociPlatform(platform: string): string {
  const [os, architecture, variant] = platform.split('/');
  return JSON.stringify({ os, architecture, variant });
}
