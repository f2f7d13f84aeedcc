import { McpformError } from '../../../model/error.ts';
import type { Clock } from '../../../model/system.ts';
import type { ContainerInfo } from '../api.ts';
import { shown } from '../connection/engine-failure.ts';
import type { Engine } from '../engine.ts';

const POLL_MS = 250;
/** A server that has an argument missing ends in less, one that waits for something in more. */
const SOON_MS = 5000;
/** An engine that does not answer so often in a row is gone. */
const MAX_SILENCES = 3;
/** Backups and `docker commit` pause for a moment; who pauses it for longer than that has it answer nobody. */
const PAUSED_MS = 3000;

export interface Watched {
  readonly engine: Engine;
  readonly id: string;
  readonly clock: Clock;
  /** How often the engine had restarted it when it was started. */
  readonly restarts: number;
}

/** Null when it ran for all of that time, else what became of it. Rejects with what the engine says. */
export async function staysUp(watched: Watched, forMs: number): Promise<string | null> {
  const { clock } = watched;
  const startMs = clock.monotonic();
  for (;;) {
    const end = endOf(await watched.engine.inspectContainer(watched.id), watched, startMs);
    if (end !== null) return end;
    if (clock.monotonic() - startMs >= forMs) return null;
    await clock.sleep(POLL_MS);
  }
}

/** Settles when it does not run any more, by whatever cause, or when the signal aborts. Never rejects for the world. */
export async function watchContainer(watched: Watched, signal: AbortSignal): Promise<string> {
  const { clock } = watched;
  const startMs = clock.monotonic();
  let silences = 0;
  let pausedSinceMs: number | null = null;
  for (;;) {
    try {
      const info = await watched.engine.inspectContainer(watched.id);
      const end = endOf(info, watched, startMs);
      if (end !== null) return end;
      pausedSinceMs = isPaused(info) ? (pausedSinceMs ?? clock.monotonic()) : null;
      if (pausedSinceMs !== null && clock.monotonic() - pausedSinceMs >= PAUSED_MS) {
        return 'was paused by somebody';
      }
      silences = 0;
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      silences += 1;
      if (silences === MAX_SILENCES) return error.message;
    }
    try {
      await clock.sleep(POLL_MS, signal);
    } catch {
      return 'nobody looks any more';
    }
  }
}

function endOf(
  info: ContainerInfo | null,
  { clock, restarts }: Pick<Watched, 'clock' | 'restarts'>,
  startMs: number,
): string | null {
  if (info === null) return 'was removed by somebody';
  const { State: state, RestartCount: count = 0 } = info;
  if (isUp(info) && count <= restarts) return null;
  const afterMs = clock.monotonic() - startMs;
  const when = afterMs < SOON_MS ? 'right after it started' : `after ${Math.round(afterMs / 1000)} s`;
  // Its state is that of the next one by now, which has no exit code yet.
  return `stopped ${when}, ${isUp(info) ? 'and was started again' : howOf(state)}`;
}

function howOf({ OOMKilled, ExitCode, Error: said }: ContainerInfo['State']): string {
  if (OOMKilled === true) return 'because it needed more memory than `resources.memory` gives it';
  const words = said === undefined || said === '' ? '' : ` (${shown(said)})`;
  return `with exit code ${ExitCode ?? 'unknown'}${words}`;
}

function isPaused(info: ContainerInfo | null): boolean {
  return info?.State.Status === 'paused';
}

/** Whether its program is there: paused ones are. */
export function isUp({ State: { Running, Restarting, Status } }: ContainerInfo): boolean {
  return (Running === true || Status === 'running' || Status === 'paused') && Restarting !== true;
}
