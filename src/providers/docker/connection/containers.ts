import { isJsonObject } from '../../../model/json.ts';
import type { ContainerInfo, ContainerRequest, ContainerSummary, ResourceUpdate } from '../api.ts';
import type { Engine } from '../engine.ts';
import { type Call, type Caller, call, READ_MS } from './call.ts';
import { inPath, quoted } from './names.ts';
import { removeContainer } from './remove-container.ts';
import { listOf, objectOf } from './shapes.ts';

const CHANGE_MS = 60_000;
const CREATE_MS = 120_000;

type Containers = Pick<
  Engine,
  | 'listContainers'
  | 'inspectContainer'
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'killContainer'
  | 'pauseContainer'
  | 'unpauseContainer'
  | 'restartContainer'
  | 'renameContainer'
  | 'updateContainer'
  | 'removeContainer'
  | 'waitForContainer'
>;

export function containersOf(caller: Caller): Containers {
  const inspect = (id: string): Promise<ContainerInfo | null> => inspectContainer(caller, id);
  const act = (id: string, action: Action): Promise<void> => actOn(caller, id, action);
  return {
    listContainers: async () => {
      const doing = { operation: 'read' as const, doing: 'list containers', timeoutMs: READ_MS };
      const request = { ...doing, method: 'GET' as const, path: '/containers/json', query: { all: true } };
      return listOf<ContainerSummary>((await call(caller, request)).value, 'Id', request.doing);
    },
    inspectContainer: inspect,
    createContainer: (request) => createContainer(caller, request),
    startContainer: (id) => act(id, { verb: 'start', operation: 'start', isDone: null }),
    stopContainer: (id, t) =>
      act(id, { verb: 'stop', query: { t }, graceSeconds: t, isDone: ({ State }) => !isUp(State) }),
    killContainer: (id) => act(id, { verb: 'kill', isDone: ({ State }) => !isUp(State) }),
    pauseContainer: (id) => act(id, { verb: 'pause', isDone: ({ State }) => State.Paused === true }),
    unpauseContainer: (id) =>
      act(id, { verb: 'unpause', isDone: ({ State }) => isUp(State) && State.Paused !== true }),
    restartContainer: (id, t) =>
      act(id, { verb: 'restart', operation: 'start', query: { t }, graceSeconds: t, isDone: null }),
    renameContainer: (id, name) =>
      act(id, {
        verb: 'rename',
        operation: 'rename',
        query: { name },
        isDone: ({ Name }) => Name === `/${name}`,
      }),
    updateContainer: (id, update) => updateContainer(caller, id, update),
    removeContainer: (id, options) => removeContainer(caller, id, { ...options, inspect }),
    waitForContainer: (id, signal) => waitForContainer(caller, id, signal),
  };
}

function isUp({ Running, Status }: ContainerInfo['State']): boolean {
  return Running === true || Status === 'running' || Status === 'paused';
}

async function inspectContainer(caller: Caller, id: string): Promise<ContainerInfo | null> {
  const doing = `inspect container ${quoted(id)}`;
  const { status, value } = await call(caller, {
    operation: 'read',
    doing,
    method: 'GET',
    path: `/containers/${inPath(id)}/json`,
    timeoutMs: READ_MS,
    fine: [404],
  });
  return status === 404 ? null : objectOf<ContainerInfo>(value, 'Id', doing);
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

interface Action {
  readonly verb: 'start' | 'stop' | 'kill' | 'pause' | 'unpause' | 'restart' | 'rename';
  readonly operation?: Call['operation'];
  readonly query?: Call['query'];
  readonly graceSeconds?: number;
  /** Whether a container is as this would make it: who asks for what is done gets no failure. */
  readonly isDone: ((info: ContainerInfo) => boolean) | null;
}

async function actOn(caller: Caller, id: string, action: Action): Promise<void> {
  const { verb, operation = 'change', query, graceSeconds, isDone } = action;
  const request: Call = {
    operation,
    doing: `${verb} container ${quoted(id)}`,
    method: 'POST',
    path: `/containers/${inPath(id)}/${verb}`,
    ...(query && { query }),
    timeoutMs: graceSeconds === undefined ? CHANGE_MS : graceSeconds * 1000 + 30_000,
    fine: [304],
  };
  try {
    await call(caller, request);
  } catch (error) {
    const info = isDone === null ? null : await inspectContainer(caller, id);
    if (info === null || isDone?.(info) !== true) throw error;
  }
}

async function updateContainer(caller: Caller, id: string, update: ResourceUpdate): Promise<void> {
  await call(caller, {
    operation: 'change',
    doing: `update container ${quoted(id)}`,
    method: 'POST',
    path: `/containers/${inPath(id)}/update`,
    body: update,
    timeoutMs: CHANGE_MS,
  });
}

async function waitForContainer(caller: Caller, id: string, signal: AbortSignal): Promise<number> {
  const { value } = await call(caller, {
    operation: 'read',
    doing: `wait for container ${quoted(id)}`,
    method: 'POST',
    path: `/containers/${inPath(id)}/wait`,
    timeoutMs: Number.POSITIVE_INFINITY,
    signal,
  });
  const code = isJsonObject(value) ? value['StatusCode'] : undefined;
  if (typeof code === 'number') return code;
  throw new Error(`no exit code in ${JSON.stringify(value)}`);
}
