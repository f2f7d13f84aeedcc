import { isJsonObject } from '../../../model/json.ts';
import type { VolumeInfo, VolumeRequest } from '../api.ts';
import type { Engine } from '../engine.ts';
import { type Caller, call, read } from './call.ts';
import { inPath, quoted } from './names.ts';
import { listOf } from './shapes.ts';

const CHANGE_MS = 60_000;

export function volumesOf(caller: Caller): Pick<Engine, 'listVolumes' | 'createVolume' | 'removeVolume'> {
  return {
    listVolumes: async () => {
      const doing = 'list volumes';
      const { value } = await read(caller, { doing, path: '/volumes' });
      return listOf<VolumeInfo>(isJsonObject(value) ? (value['Volumes'] ?? null) : value, 'Name', doing);
    },
    createVolume: async (request: VolumeRequest) => {
      await call(caller, {
        operation: 'create',
        doing: `create volume ${quoted(request.Name)}`,
        method: 'POST',
        path: '/volumes/create',
        body: request,
        timeoutMs: CHANGE_MS,
      });
    },
    removeVolume: async (name) => {
      await call(caller, {
        operation: 'remove',
        doing: `remove volume ${quoted(name)}`,
        method: 'DELETE',
        path: `/volumes/${inPath(name)}`,
        timeoutMs: CHANGE_MS,
        fine: [404],
      });
    },
  };
}
