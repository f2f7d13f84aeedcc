import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';

/** A registry said that it cannot now. Never leaves this room. */
export class Busy extends Error {
  readonly status: number;
  /** As it asked; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(status: number, retryAfterMs: number | null) {
    super(`answered ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A timeout has cost its time already; a broken connection may be a server that restarts. */
const MAX_TRIES = { busy: 5, broken: 3, slow: 2 };
const FIRST_PAUSE_MS = 500;
/** Whatever is asked for, no pause is longer: somebody waits for us. */
const MAX_PAUSE_MS = 60_000;

/**
 * What the attempt returns. Tries again, each time a little later, while the registry is busy, breaks the connection
 * or takes too long; then throws RESOLVE_UNAVAILABLE. Every other error passes.
 */
export async function withRetries<T>(host: string, ctx: Context, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const kind = kindOf(error);
      if (kind === null || tries >= MAX_TRIES[kind]) throw asFailure(error, host, tries);
      await ctx.system.clock.sleep(pauseMs(error, tries), ctx.signal);
    }
  }
}

function kindOf(error: unknown): keyof typeof MAX_TRIES | null {
  if (error instanceof Busy) return 'busy';
  if (isErrno(error, 'ETIMEDOUT')) return 'slow';
  return isErrno(error, 'ECONNRESET', 'EPIPE', 'EAI_AGAIN') ? 'broken' : null;
}

function pauseMs(error: unknown, tries: number): number {
  if (error instanceof Busy && error.retryAfterMs !== null) return Math.min(error.retryAfterMs, MAX_PAUSE_MS);
  // Half of it by chance, so that those who were refused together do not come back together.
  const longest = FIRST_PAUSE_MS * 2 ** (tries - 1);
  return Math.min(longest * (0.5 + Math.random() / 2), MAX_PAUSE_MS);
}

/**
 * What went wrong on the way to a host, with a code; failures that have one pass, and so do bugs. `tries` is how
 * often it was tried.
 */
export function asFailure(error: unknown, host: string, tries = 1): unknown {
  if (error instanceof McpformError || !(error instanceof Error)) return error;
  const often = tries === 1 ? '' : ` ${tries} times`;
  if (error instanceof Busy) {
    return unavailable(`"${host}" answered ${error.status}${often}`, 'try again later', error);
  }
  if (!('code' in error) || typeof error.code !== 'string') return error;
  switch (error.code) {
    case 'ETIMEDOUT':
      return unavailable(`"${host}" took too long${often}`, 'check the network, and try again', error);
    case 'EACCES':
      return new McpformError('RESOLVE_INSECURE', `"${host}" has a link-local or metadata address`, {
        hint: 'no registry lives there; find out who wants it asked',
        cause: error,
      });
    default:
      return unavailable(
        `"${host}" could not be reached${often} (${error.code})`,
        hintFor(error.code),
        error,
      );
  }
}

function hintFor(code: string): string {
  return /CERT|SIGNATURE|ALTNAME|ISSUER/.test(code)
    ? 'trust its certificate with `ca` in `registries.yaml`, if it is the right one'
    : 'check the name, the network and its proxy';
}

function unavailable(message: string, hint: string, cause: unknown): McpformError {
  return new McpformError('RESOLVE_UNAVAILABLE', message, { hint, cause });
}

/** Seconds or an HTTP date (RFC 9110, section 10.2.3); null when there is neither. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse reads numbers as years; a date of HTTP starts with a day.
  const atMs = /^[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
