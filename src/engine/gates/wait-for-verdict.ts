import type { Context } from '../../model/context.ts';
import type { GateOptions, Health, Probe } from '../../model/health.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
/** What an engine that is busy may need on top of the times that it was given. */
const SLACK_MS = 5000;

/**
 * Looks until the engine, which runs the check and counts its failures itself, has come to a verdict; or until it
 * would have to have, and then what comes back is the last look.
 */
export async function waitForVerdict(probe: Probe, options: GateOptions, ctx: Context): Promise<Health> {
  const { clock } = ctx.system;
  const { startPeriodMs, intervalMs, timeoutMs, retries } = options;
  const endMs =
    clock.monotonic() + startPeriodMs + Math.max(1, retries) * (intervalMs + timeoutMs) + SLACK_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    ctx.signal.throwIfAborted();
    const health = await probe(ctx);
    const isVerdict = health.state !== 'unhealthy' || health.failure?.code === 'HEALTH_COMMAND';
    if (isVerdict || clock.monotonic() >= endMs) return health;
    await clock.sleep(pauseMs, ctx.signal);
  }
}
