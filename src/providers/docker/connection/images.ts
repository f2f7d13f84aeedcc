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
    inspectImage: async (idOrReference) => {
      const doing = `inspect image ${quoted(idOrReference)}`;
      const path = `/images/${inPath(idOrReference)}/json`;
      const { status, value } = await read(caller, { doing, path, fine: [404] });
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
