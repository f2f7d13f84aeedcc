import { isJsonObject } from '../../../model/json.ts';
import type { ContainerRequest, ContainerSummary, ResourceUpdate } from '../api.ts';
import type { Engine } from '../engine.ts';
import { type Caller, call, read } from './call.ts';
import { inspectContainer } from './inspect-container.ts';
import { inPath, quoted } from './names.ts';
import { removeContainer } from './remove-container.ts';
import { answerUnreadable, listOf, objectOf } from './shapes.ts';

const CREATE_MS = 120_000;
const UPDATE_MS = 60_000;

type Containers = Pick<
  Engine,
  | 'listContainers'
  | 'inspectContainer'
  | 'createContainer'
  | 'updateContainer'
  | 'removeContainer'
  | 'waitForContainer'
>;

export function containersOf(caller: Caller): Containers {
  return {
    listContainers: async () => {
      const doing = 'list containers';
      const { value } = await read(caller, { doing, path: '/containers/json', query: { all: true } });
      return listOf<ContainerSummary>(value, 'Id', doing);
    },
    inspectContainer: (id) => inspectContainer(caller, id),
    createContainer: (request) => createContainer(caller, request),
    updateContainer: (id, update) => updateContainer(caller, id, update),
    removeContainer: (id, options) => removeContainer(caller, id, options),
    waitForContainer: (id, signal) => waitForContainer(caller, id, signal),
  };
}

async function createContainer(caller: Caller, request: ContainerRequest): Promise<string> {
  const { name, platform, ...body } = request;
  const doing = `create container ${quoted(name)}`;
  const { value } = await call(caller, {
    operation: 'create',
    doing,
    method: 'POST',
    path: '/containers/create',
    query: { name, ...(platform !== null && { platform }) },
    body,
    timeoutMs: CREATE_MS,
  });
  return objectOf<{ readonly Id: string }>(value, 'Id', doing).Id;
}

async function updateContainer(caller: Caller, id: string, update: ResourceUpdate): Promise<void> {
  await call(caller, {
    operation: 'update',
    doing: `update container ${quoted(id)}`,
    method: 'POST',
    path: `/containers/${inPath(id)}/update`,
    body: update,
    timeoutMs: UPDATE_MS,
  });
}

async function waitForContainer(caller: Caller, id: string, signal: AbortSignal): Promise<number> {
  const doing = `wait for container ${quoted(id)}`;
  const { value } = await call(caller, {
    operation: 'read',
    doing,
    method: 'POST',
    path: `/containers/${inPath(id)}/wait`,
    timeoutMs: Number.POSITIVE_INFINITY,
    isLong: true,
    signals: [signal],
  });
  const code = isJsonObject(value) ? value['StatusCode'] : undefined;
  if (typeof code === 'number') return code;
  throw answerUnreadable(doing);
}
