import type { ImageInfo, ImageSummary } from '../api.ts';
import type { Engine } from '../engine.ts';
import { type Caller, call, READ_MS } from './call.ts';
import { inPath, quoted } from './names.ts';
import { listOf, objectOf } from './shapes.ts';

const REMOVE_MS = 120_000;

export function imagesOf(caller: Caller): Pick<Engine, 'listImages' | 'inspectImage' | 'removeImage'> {
  return {
    listImages: async () => {
      const doing = 'list images';
      const request = {
        operation: 'read',
        doing,
        method: 'GET',
        path: '/images/json',
        timeoutMs: READ_MS,
      } as const;
      return listOf<ImageSummary>((await call(caller, request)).value, 'Id', doing);
    },
    inspectImage: async (idOrReference) => {
      const doing = `inspect image ${quoted(idOrReference)}`;
      const path = `/images/${inPath(idOrReference)}/json`;
      const request = {
        operation: 'read',
        doing,
        method: 'GET',
        path,
        timeoutMs: READ_MS,
        fine: [404],
      } as const;
      const { status, value } = await call(caller, request);
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
