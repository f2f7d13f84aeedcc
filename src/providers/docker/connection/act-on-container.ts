import type { ContainerInfo } from '../api.ts';
import type { Engine } from '../engine.ts';
import { type Call, type Caller, call } from './call.ts';
import { EngineFailure } from './engine-failure.ts';
import { inspectContainer } from './inspect-container.ts';
import { inPath, quoted } from './names.ts';

const CHANGE_MS = 60_000;
/** Beyond what the container is given to end by itself. */
const STOP_MS = 30_000;

type Actions = Pick<
  Engine,
  | 'startContainer'
  | 'stopContainer'
  | 'killContainer'
  | 'pauseContainer'
  | 'unpauseContainer'
  | 'restartContainer'
  | 'renameContainer'
>;

/** What is asked of a container that is there. */
export function actionsOf(caller: Caller): Actions {
  const act = (id: string, action: Action): Promise<void> => actOn(caller, id, action);
  return {
    startContainer: (id) => act(id, { verb: 'start', operation: 'start' }),
    stopContainer: (id, graceSeconds) => stop(caller, id, graceSeconds),
    killContainer: (id) => act(id, { verb: 'kill', isDone: (state) => !isUp(state) }),
    pauseContainer: (id) => act(id, { verb: 'pause', isDone: isPaused }),
    unpauseContainer: (id) => act(id, UNPAUSE),
    restartContainer: (id, t) =>
      act(id, { verb: 'restart', operation: 'start', query: { t }, timeoutMs: t * 1000 + STOP_MS }),
    renameContainer: (id, name) =>
      act(id, {
        verb: 'rename',
        operation: 'rename',
        detail: ` to ${quoted(name)}`,
        query: { name },
        isDone: (_, info) => info.Name.replace('/', '') === name,
      }),
  };
}

type State = ContainerInfo['State'];

interface Action {
  readonly verb: 'start' | 'stop' | 'kill' | 'pause' | 'unpause' | 'restart' | 'rename';
  readonly detail?: string;
  readonly operation?: Call['operation'];
  readonly query?: NonNullable<Call['query']>;
  readonly timeoutMs?: number;
  /** Whether a container is as this would make it: then a refusal is none. */
  readonly isDone?: (state: State, info: ContainerInfo) => boolean;
}

const UNPAUSE: Action = { verb: 'unpause', isDone: (state) => isUp(state) && !isPaused(state) };

function isUp({ Running, Status }: State): boolean {
  return Running === true || Status === 'running' || Status === 'paused';
}

function isPaused({ Paused, Status }: State): boolean {
  return Paused === true || Status === 'paused';
}

async function stop(caller: Caller, id: string, t: number): Promise<void> {
  const action: Action = {
    verb: 'stop',
    query: { t },
    timeoutMs: t * 1000 + STOP_MS,
    isDone: (state) => !isUp(state),
  };
  try {
    await actOn(caller, id, action);
  } catch (error) {
    // Docker stops a paused one too; Podman 4 would not.
    const info = await afterRefusal(error, caller, id);
    if (info === null || !isPaused(info.State)) throw error;
    await actOn(caller, id, UNPAUSE);
    await actOn(caller, id, action);
  }
}

async function actOn(caller: Caller, id: string, action: Action): Promise<void> {
  const { verb, detail = '', operation = 'change', query, timeoutMs = CHANGE_MS, isDone } = action;
  try {
    await call(caller, {
      operation,
      doing: `${verb} container ${quoted(id)}${detail}`,
      method: 'POST',
      path: `/containers/${inPath(id)}/${verb}`,
      ...(query && { query }),
      timeoutMs,
      // Started when it is started, stopped when it is stopped.
      fine: [304],
    });
  } catch (error) {
    const info = isDone && (await afterRefusal(error, caller, id));
    if (!info || !isDone(info.State, info)) throw error;
  }
}

/** Null when there is nothing to see, or nobody to ask. */
async function afterRefusal(error: unknown, caller: Caller, id: string): Promise<ContainerInfo | null> {
  return error instanceof EngineFailure ? inspectContainer(caller, id).catch(() => null) : null;
}
