import type { Observer } from '../loop/model.ts';
import type { Clock } from '../model/system.ts';

/** So long after a pass nothing more is likely to come soon. */
const REST_MS = 20_000;

/**
 * Gives memory back to the system once the loop rests. Passes that follow one another closely make the heap grow, and
 * V8 shrinks it only when it collects, which a program that does nothing may not do for days: 90 MiB, and 60 after it.
 */
export function shrinkAtRest(clock: Pick<Clock, 'sleep'>, collect: () => Promise<void>): Observer {
  let resting = new AbortController();
  const rest = async (signal: AbortSignal): Promise<void> => {
    await clock.sleep(REST_MS, signal);
    await collect();
  };
  return {
    passed: () => {
      resting.abort();
      resting = new AbortController();
      const { signal } = resting;
      rest(signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    changed: () => undefined,
    close: async () => resting.abort(),
  };
}

/** Collects all garbage: 10 ms of work. V8 has the function for those alone who ask for it by a flag. */
export async function collectGarbage(): Promise<void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import('node:v8'),
    import('node:vm'),
  ]);
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect();
}
