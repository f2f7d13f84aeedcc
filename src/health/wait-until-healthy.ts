import type { Context } from '../model/context.ts';
import type { GateOptions, Health, Probe } from '../model/health.ts';
import { failed } from './failed.ts';

/** The first pause while the server starts; each is twice the one before, up to the interval. */
const FIRST_PAUSE_MS = 200;

/** A check that keeps its own time says what it waited for. It is stopped when it does not. */
const SLACK_MS = 5000;

/** How long a check may take to clear up after its time. */
const CLEAR_UP_MS = 15_000;

/** Failures that waiting does not mend. */
const LASTING = new Set<string>(['HEALTH_PROGRAM', 'HEALTH_TARGET']);

/**
 * Checks until a check finds the server healthy, or there (`unauthorized`): then that is what comes back. Gives up, with
 * the last failure, after as many failures in a row as `retries` says. A check that starts within the start period does
 * not count. Rejects with the reason of `ctx.signal`, and with whatever a check rejects with.
 */
export async function waitUntilHealthy(probe: Probe, options: GateOptions, ctx: Context): Promise<Health> {
  const { clock } = ctx.system;
  const { intervalMs, startPeriodMs } = options;
  const retries = Math.max(1, options.retries);
  const startMs = clock.monotonic();
  let failures = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    ctx.signal.throwIfAborted();
    const isStarting = clock.monotonic() - startMs < startPeriodMs;
    const health = await check(probe, options.timeoutMs, ctx);
    if (health.state !== 'unhealthy') return health;
    if (!isStarting) failures += 1;
    if (failures >= retries || LASTING.has(health.failure?.code ?? '')) return health;
    await clock.sleep(isStarting ? Math.min(pauseMs, intervalMs) : intervalMs, ctx.signal);
  }
}

/** One check, and its end: two never run at once. */
async function check(probe: Probe, timeoutMs: number, ctx: Context): Promise<Health> {
  const { clock } = ctx.system;
  const over = new AbortController();
  const stop = new AbortController();
  const signal = AbortSignal.any([ctx.signal, over.signal]);
  const late = async (): Promise<Health> => {
    await clock.sleep(timeoutMs + SLACK_MS, stop.signal);
    over.abort(TOO_LATE);
    await clock.sleep(CLEAR_UP_MS, stop.signal);
    return tooLate(timeoutMs);
  };
  try {
    return await Promise.race([probe({ ...ctx, signal }), late()]);
  } catch (error) {
    if (error === TOO_LATE && !ctx.signal.aborted) return tooLate(timeoutMs);
    throw error;
  } finally {
    stop.abort();
  }
}

const TOO_LATE = new Error('the check took too long');

function tooLate(timeoutMs: number): Health {
  return failed(
    {
      code: 'HEALTH_TIMEOUT',
      message: `the check did not end within ${timeoutMs} ms`,
      hint: 'give it longer (`timeout`), or find out what it waits for',
    },
    {},
  );
}
