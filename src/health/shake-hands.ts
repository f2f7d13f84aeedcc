import type { Context } from '../model/context.ts';
import type { HandshakeOptions, Health, HealthTarget } from '../model/health.ts';
import { checkTarget } from './check-target.ts';
import type { Session } from './client.ts';
import { explain } from './explain.ts';
import { isUnauthorized } from './explain-status.ts';
import { HttpWay } from './http-way.ts';
import { maskFor } from './mask.ts';
import { isModernOnly } from './modern.ts';
import { beginProgress, type Progress } from './progress.ts';
import { SocketWire } from './socket-wire.ts';
import { StdioWire } from './stdio-wire.ts';
import { Broken, type Trouble } from './trouble.ts';
import type { Wire } from './wire.ts';

const GRACE_MS = 2000;

/**
 * Greets a server as a client does, with or without asking what it offers, and leaves. Whatever the server does, this
 * settles once the time is over and the program, if there was one, is gone. Rejects only with the reason of
 * `ctx.signal`, and for a bug.
 */
export async function shakeHands(
  target: HealthTarget,
  options: HandshakeOptions,
  ctx: Context,
): Promise<Health> {
  ctx.signal.throwIfAborted();
  const wrong = checkTarget(target);
  if (wrong !== null)
    return toHealth({ trouble: wrong, progress: beginProgress(), log: [] }, target, options);
  // The time is the server's: it begins when we are ready.
  await import('./client.ts');
  const stop = new AbortController();
  try {
    const limits = { over: timeout(options.timeoutMs, stop.signal, ctx), aborted: aborted(stop.signal, ctx) };
    const attempt: Attempt = { target, isModern: false, options, limits };
    const first = await tryOnce(attempt, ctx);
    const better = await trySecond(attempt, first, ctx);
    return toHealth(better ?? first, target, options);
  } finally {
    stop.abort();
  }
}

interface Attempt {
  readonly target: HealthTarget;
  readonly isModern: boolean;
  readonly options: HandshakeOptions;
  readonly limits: { readonly over: Promise<Trouble>; readonly aborted: Promise<never> };
}

interface Came {
  readonly trouble: Trouble | null;
  readonly progress: Progress;
  /** The last lines of a program's log. */
  readonly log: readonly string[];
}

function timeout(ms: number, signal: AbortSignal, ctx: Context): Promise<Trouble> {
  return new Promise((resolve) => {
    const over = (): void => resolve({ kind: 'timeout' });
    void ctx.system.clock.sleep(ms, signal).then(over, () => undefined);
  });
}

function aborted(signal: AbortSignal, ctx: Context): Promise<never> {
  const given = new Promise<never>((_, reject) => {
    if (ctx.signal.aborted) reject(ctx.signal.reason);
    ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason), { signal });
  });
  // Who waits for it hears of it; before that, nobody needs to.
  given.catch(() => undefined);
  return given;
}

async function tryOnce({ target, isModern, options, limits }: Attempt, ctx: Context): Promise<Came> {
  const { Session } = await import('./client.ts');
  const progress = beginProgress();
  const way = openWay(target, options, ctx);
  const session = new Session({ way, isModern, progress, clock: ctx.system.clock });
  let trouble: Trouble | null;
  try {
    trouble = await Promise.race([
      talk(session, options),
      way.broken,
      // What is wrong already is more to the point than that it took too long.
      limits.over.then((over) => session.trouble() ?? over),
      limits.aborted,
    ]);
  } finally {
    await session.close();
  }
  return { trouble, progress, log: way.kind === 'text' ? way.log() : [] };
}

async function talk(session: Session, options: HandshakeOptions): Promise<Trouble | null> {
  try {
    await session.talk(options);
    return null;
  } catch (error) {
    if (error instanceof Broken) return error.trouble;
    throw error;
  }
}

function openWay(target: HealthTarget, options: HandshakeOptions, ctx: Context): HttpWay | Wire {
  if (target.kind === 'stdio') return new StdioWire(target, options.graceMs ?? GRACE_MS, ctx);
  const { url, headers = {}, transport } = target;
  const shared = { url, headers, timeoutMs: options.timeoutMs };
  if (transport === 'ws') return new SocketWire(shared, ctx);
  return new HttpWay({ ...shared, isOlder: transport === 'sse' }, ctx);
}

/** For a server of the newest revision alone, and for one that is asked over the other transport by mistake. */
async function trySecond(attempt: Attempt, { trouble }: Came, ctx: Context): Promise<Came | null> {
  if (trouble === null) return null;
  const { target, options } = attempt;
  if (isModernOnly(trouble)) {
    const came = await tryOnce({ ...attempt, isModern: true }, ctx);
    return came.trouble !== null && isModernOnly(came.trouble) ? null : came;
  }
  if (!mayBeTheOtherTransport(target, trouble)) return null;
  const transport = target.transport === 'http' ? 'sse' : 'http';
  const other = {
    ...attempt,
    target: { ...target, transport },
    options: { ...options, lists: false },
  } as const;
  const came = await tryOnce(other, ctx);
  if (came.trouble !== null && !isModernOnly(came.trouble)) return null;
  return { ...came, progress: beginProgress(), trouble: { kind: 'transport', speaks: transport } };
}

/** A stream is no request, and a request no stream: what speaks one way has no use for how the other begins. */
function mayBeTheOtherTransport(
  target: HealthTarget,
  trouble: Trouble,
): target is Extract<HealthTarget, { kind: 'http' }> {
  if (target.kind === 'stdio' || target.transport === 'ws') return false;
  if (trouble.kind === 'answer') return target.transport === 'sse';
  return trouble.kind === 'status' && [400, 404, 405, 406].includes(trouble.status);
}

function toHealth(came: Came, target: HealthTarget, options: HandshakeOptions): Health {
  const { trouble, log } = came;
  const { phase, ...learnt } = came.progress;
  if (trouble === null) return { state: 'healthy', ...learnt };
  const mask = maskFor(target, options.secrets ?? []);
  const failure = explain(trouble, { target, mask, phase, timeoutMs: options.timeoutMs, log });
  return { state: isUnauthorized(trouble) ? 'unauthorized' : 'unhealthy', ...learnt, failure };
}
