import { McpformError } from '../../../model/error.ts';
import { type Caller, call } from './call.ts';

/** Longer than `ssh` tries to connect. */
const PING_MS = 45_000;

/** The newest API that these calls were tried with. */
const KNOWN = '1.51';

/**
 * Which API to speak: the engine's own, but none newer than what is known here, so that a later release is asked in
 * words that it still understands as they are meant. Unless it understands them no more: then its own after all.
 *
 * Addresses without a version would do too, and mean the engine's own; Docker calls them deprecated. A fixed one would
 * not: 20.10 knows 1.41, and 29 refuses it. Podman 4 takes any.
 * https://docs.docker.com/reference/api/engine/#versioned-api-and-sdk
 */
export async function negotiate(caller: Caller, signal: AbortSignal): Promise<Caller> {
  const { headers } = await ping(caller, signal);
  const offered = headers['api-version'];
  if (typeof offered !== 'string' || !/^\d+\.\d+$/.test(offered)) {
    throw new McpformError('ENGINE_FAILED', `what answers as ${caller.name} is no container engine`, {
      hint: `see what listens there, and correct ${caller.found.saidBy ?? 'DOCKER_HOST'}`,
    });
  }
  const known = {
    ...caller,
    isPodman: headers['libpod-api-version'] !== undefined,
    version: isNewer(offered, KNOWN) ? KNOWN : offered,
  };
  if (known.version === offered) return known;
  const { status } = await ping(known, signal);
  return status === 400 ? { ...known, version: offered } : known;
}

function ping(caller: Caller, signal: AbortSignal): ReturnType<typeof call> {
  const request = { operation: 'read', doing: 'answer', method: 'GET', path: '/_ping' } as const;
  const fine = caller.version === null ? [] : [400];
  return call(caller, { ...request, timeoutMs: PING_MS, fine, signals: [signal] });
}

export function isNewer(one: string, other: string): boolean {
  const [a = 0, b = 0] = one.split('.').map(Number);
  const [c = 0, d = 0] = other.split('.').map(Number);
  return a > c || (a === c && b > d);
}
