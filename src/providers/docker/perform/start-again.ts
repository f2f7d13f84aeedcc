import { McpformError } from '../../../model/error.ts';
import type { Clock } from '../../../model/system.ts';
import type { Engine } from '../engine.ts';
import { startOrExplain } from './start-or-explain.ts';
import { isUp, staysUp } from './watch-container.ts';

const STAYS_UP_MS = 1000;

/** Whether a container that is said to do this has a program that runs. */
export function hasProgram(status: string): boolean {
  return ['running', 'unhealthy', 'restarting', 'paused'].includes(status);
}

/**
 * Has a container do again what it did: `status`, as observed. Null once it does, else what became of it. Never rejects
 * for the world.
 */
export async function startAgain(
  { engine, clock }: { readonly engine: Engine; readonly clock: Clock },
  id: string,
  status: string,
): Promise<string | null> {
  if (!hasProgram(status)) return null;
  try {
    const info = await engine.inspectContainer(id);
    if (info === null) return 'it is gone';
    if (!isUp(info)) await startOrExplain(engine, id);
    if (status === 'paused') await engine.pauseContainer(id);
    if (status === 'restarting') return null;
    return await staysUp({ engine, id, clock, restarts: info.RestartCount ?? 0 }, STAYS_UP_MS);
  } catch (error) {
    if (error instanceof McpformError) return error.message;
    throw error;
  }
}
