import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Health, HealthTarget, Probe } from '../model/health.ts';
import { checkTarget } from './check-target.ts';
import { explain } from './explain.ts';
import { isUnauthorized } from './explain-status.ts';
import { maskFor } from './mask.ts';
import { networkTrouble } from './network-trouble.ts';
import { roundMs } from './progress.ts';
import type { Trouble } from './trouble.ts';

/** A class of statuses, or one of them. */
export type AcceptedStatus = '2xx' | '3xx' | number;

export interface HttpProbeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: 2xx. */
  readonly accepts?: readonly AcceptedStatus[];
  readonly timeoutMs: number;
  /** As in a handshake. */
  readonly secrets?: readonly string[];
}

/** A plain check: one GET, of which only the status counts. Redirects are not followed. */
export function httpProbe(url: string, options: HttpProbeOptions): Probe {
  const { headers = {}, secrets = [] } = options;
  const target: HealthTarget = { kind: 'http', url, headers, transport: 'http' };
  return async (ctx) => {
    const startMs = ctx.system.clock.monotonic();
    const trouble = checkTarget(target) ?? (await ask(target, options, ctx));
    const latencyMs = { connect: roundMs(ctx.system.clock.monotonic() - startMs) };
    if (trouble === null) return { state: 'healthy', latencyMs };
    const about = {
      target,
      mask: maskFor(target, secrets),
      phase: 'connect',
      timeoutMs: options.timeoutMs,
      log: [],
    } as const;
    const state: Health['state'] = isUnauthorized(trouble) ? 'unauthorized' : 'unhealthy';
    return { state, latencyMs, failure: explain(trouble, about) };
  };
}

async function ask(
  { url, headers = {} }: Extract<HealthTarget, { kind: 'http' }>,
  { accepts = ['2xx'], timeoutMs }: HttpProbeOptions,
  ctx: Context,
): Promise<Trouble | null> {
  const stop = new AbortController();
  const signal = AbortSignal.any([ctx.signal, stop.signal]);
  const over = ctx.system.clock.sleep(timeoutMs, signal).then((): Trouble => ({ kind: 'timeout' }));
  const request = { method: 'GET', url, timeoutMs, signal } as const;
  const answer = ctx.system.network
    .request({ ...request, headers: { 'user-agent': 'mcpform', ...headers, connection: 'close' } })
    .then(async (response): Promise<Trouble | null> => {
      await response.discard();
      const { status } = response;
      return isAccepted(status, accepts) ? null : { kind: 'status', status, line: '' };
    });
  try {
    return await Promise.race([answer, over]);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof McpformError) throw error;
    return networkTrouble(error, url);
  } finally {
    stop.abort();
  }
}

function isAccepted(status: number, accepts: readonly AcceptedStatus[]): boolean {
  return accepts.some((each) => each === status || each === `${Math.floor(status / 100)}xx`);
}
