import { type Credentials, findCredentials } from '../../credentials/credentials.ts';
import type { Context } from '../../model/context.ts';
import { apiHost, isLoopbackHost } from '../../model/registry-host.ts';
import type { Mirror, RegistrySettings } from '../registries/registry-settings.ts';
import { type Limit, limitTo } from './limit.ts';

/** What a request shows to be let in. */
export interface Authorization {
  readonly headers: { readonly authorization: string };
  /** By the monotonic clock. */
  readonly expiresAtMs: number;
}

/** What is known of one registry, and learnt of it, during one run. */
export interface Session {
  readonly settings: RegistrySettings;
  /** How messages call it: the host as in the names of its images. */
  readonly name: string;
  /** `https://HOST:PORT`, without a slash. */
  readonly origin: () => Promise<string>;
  /** The user's, looked for (and a helper started) once, when the registry first wants some. */
  readonly credentials: () => Promise<Credentials | null>;
  /** By scope, as long as they are good. */
  readonly authorizations: Map<string, Promise<Authorization>>;
  /** Hosts that the registry would have had us send credentials to, and that nobody configured. */
  readonly withheldFrom: Set<string>;
  /** So many requests at a time; the rest waits. */
  readonly limit: Limit;
}

const PROBE_TIMEOUT_MS = 5000;

export function openSession(
  settings: RegistrySettings,
  { isPlain }: Pick<Mirror, 'isPlain'>,
  parallel: number,
  ctx: Context,
): Session {
  return {
    settings,
    name: settings.host,
    origin: once(() => findOrigin(settings, isPlain, ctx)),
    credentials: once(() => findCredentials(settings.host, ctx)),
    authorizations: new Map(),
    withheldFrom: new Set(),
    limit: limitTo(parallel),
  };
}

/** What is made by the first call, for all of them. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function findOrigin(settings: RegistrySettings, isPlain: boolean, ctx: Context): Promise<string> {
  const host = apiHost(settings.host);
  const secure = `https://${host}`;
  if (isPlain && isLoopbackHost(host)) return `http://${host}`;
  if (settings.transport === 'https') return secure;
  return (await speaksTls(secure, ctx)) ? secure : `http://${host}`;
}

/** As Docker does for registries on this machine: https if it is that, whoever signed it, else http. */
async function speaksTls(origin: string, ctx: Context): Promise<boolean> {
  try {
    const response = await ctx.system.network.request({
      method: 'HEAD',
      url: `${origin}/v2/`,
      isUnverified: true,
      timeoutMs: PROBE_TIMEOUT_MS,
      signal: ctx.signal,
    });
    await response.discard();
    return true;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
