import { McpformError } from '../model/error.ts';
import type { SecretContext } from '../model/secret.ts';

/** What a server may take, all its answers together. */
export const ANSWER_TIMEOUT_MS = 30_000;

export interface TimedWork<T> {
  /** How people know the backend. */
  readonly backend: string;
  /** What is asked for, for messages. */
  readonly what: string;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Its signal aborts when the time is over, and when the context's does. Who does not listen is left alone. */
  readonly run: (signal: AbortSignal) => Promise<T>;
}

/** Throws SECRET_TIMEOUT, the reason of the context's signal, and what the work throws in time. */
export async function withinTime<T>(work: TimedWork<T>, ctx: SecretContext): Promise<T> {
  const { backend, what, timeoutMs = ANSWER_TIMEOUT_MS, run } = work;
  ctx.signal.throwIfAborted();
  const late = new McpformError('SECRET_TIMEOUT', `${what}: ${backend} did not answer in time`, {
    hint: `see whether ${backend} can be reached from here, then try again`,
  });
  const timer = new AbortController();
  const ended = new AbortController();
  const stop = (): void => ended.abort(ctx.signal.reason);
  ctx.signal.addEventListener('abort', stop, { once: true });
  const over = new Promise<never>((_, reject) => {
    ended.signal.addEventListener('abort', () => reject(ended.signal.reason), { once: true });
  });
  ctx.system.clock.sleep(timeoutMs, timer.signal).then(
    () => ended.abort(late),
    () => undefined,
  );
  try {
    return await Promise.race([run(ended.signal), over]);
  } finally {
    timer.abort();
    ctx.signal.removeEventListener('abort', stop);
  }
}
