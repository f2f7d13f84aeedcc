import { lastLines } from '../../health/lines.ts';
import { type Mask, maskValues } from '../../health/mask.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Health, Started } from '../../model/health.ts';

interface About {
  readonly server: string;
  /** Values that must not be in what comes back. */
  readonly secrets: readonly string[];
}

/**
 * Waits for whatever tells how a server does, but no longer than the server lives. A failure comes with what it wrote
 * last.
 */
export async function failSoon(
  started: Started,
  { server, secrets }: About,
  ctx: Context,
  wait: (ctx: Context) => Promise<Health>,
): Promise<Health> {
  const over = new AbortController();
  const mask = maskValues(secrets);
  const ended = started.ended.then((what) => gone(server, mask(what)));
  try {
    const signal = AbortSignal.any([ctx.signal, over.signal]);
    const health = await Promise.race([wait({ ...ctx, signal }), ended]);
    return health.state === 'unhealthy' ? await withLog(health, started, mask) : health;
  } finally {
    over.abort();
  }
}

function gone(server: string, what: string): Health {
  const failure = {
    code: 'HEALTH_EXITED',
    message: `server "${server}" ${what}`,
    hint: 'see what it says; usually an argument or a variable is missing',
  } as const;
  return { state: 'unhealthy', latencyMs: {}, failure };
}

async function withLog(health: Health, started: Started, mask: Mask): Promise<Health> {
  const { failure } = health;
  if (failure === undefined) return health;
  const lines = await linesOf(started);
  const log = lastLines(Buffer.from(lines.join('\n')))
    .map(mask)
    .filter((line) => line !== '');
  const detail = [...(failure.detail ?? []), ...log];
  return detail.length === 0 ? health : { ...health, failure: { ...failure, detail } };
}

/** An engine that cannot say what it wrote is not what went wrong with it. */
async function linesOf(started: Started): Promise<readonly string[]> {
  try {
    return await started.lastLines();
  } catch (error) {
    if (error instanceof McpformError) return [];
    throw error;
  }
}
