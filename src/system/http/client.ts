import { lookup } from 'node:dns';
import { setMaxListeners } from 'node:events';
import type { LookupFunction } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import {
  Agent,
  DecoratorHandler,
  type Dispatcher,
  EnvHttpProxyAgent,
  request as send,
  WebSocket,
} from 'undici';
import type { HttpRequest, HttpResponse, Network, SocketRequest, TextSocket } from '../../model/system.ts';
import { guardLookup, isLoopback, refuseForbidden } from './addresses.ts';
import { trustedContext } from './authorities.ts';
import { toErrno } from './errors.ts';
import { readPieces } from './pieces.ts';
import { queueOf } from './queue.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** What is read of a body nobody wants, so that its connection can be used again. */
const DISCARD = { bytes: 64 * 1024, timeoutMs: 1000 };

type Env = Readonly<Record<string, string | undefined>>;

export type HttpClient = Required<Pick<Network, 'request' | 'openSocket'>>;

/** One pool of connections per way of connecting; idle ones keep no process alive. */
export function openClient(env: Env, resolveName: LookupFunction = lookup): HttpClient {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  const dispatcherFor = (request: HttpRequest): Promise<Dispatcher> => {
    const way = wayTo(request);
    const key = JSON.stringify(way);
    const known = dispatchers.get(key) ?? openDispatcher(way, env, resolveName);
    dispatchers.set(key, known);
    return known;
  };
  return {
    request: async (request) => {
      request.signal?.throwIfAborted();
      // One signal ends a whole run, so a hundred requests that listen to it are no leak.
      if (request.signal !== undefined) setMaxListeners(0, request.signal);
      const { isPublicOnly = false } = request;
      refuseForbidden(new URL(request.url).hostname, { isPublicOnly });
      try {
        return await exchange(request, await dispatcherFor(request));
      } catch (error) {
        throw reasonFor(error, request);
      }
    },
    openSocket: async (request) => {
      request.signal?.throwIfAborted();
      const url = request.url.replace(/^ws/, 'http');
      refuseForbidden(new URL(url).hostname);
      const { timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes } = request;
      // A connection of its own, which ends with the socket.
      const dispatcher = await openDispatcher(wayTo({ url, timeoutMs }), env, resolveName, maxBytes);
      request.signal?.throwIfAborted();
      return openSocket(request, dispatcher);
    },
  };
}

/** What decides whether two requests may share a connection, besides their origin. */
interface Way {
  readonly isTls: boolean;
  readonly authorities: string | undefined;
  readonly isUnverified: boolean;
  readonly isPublicOnly: boolean;
  readonly timeoutMs: number;
  /** Through no proxy: this machine's own services are not the proxy's, nor are their passwords. */
  readonly isDirect: boolean;
}

function wayTo({
  url,
  authorities,
  isUnverified = false,
  isPublicOnly = false,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: Omit<HttpRequest, 'method'>): Way {
  const { protocol, hostname } = new URL(url);
  const isTls = protocol === 'https:';
  return { isTls, authorities, isUnverified, isPublicOnly, timeoutMs, isDirect: isLoopback(hostname) };
}

async function openDispatcher(
  way: Way,
  env: Env,
  resolveName: LookupFunction,
  maxMessageBytes = 0,
): Promise<Dispatcher> {
  const { timeoutMs: timeout, isUnverified, isPublicOnly } = way;
  // Reading all authorities takes longer than most requests, so plain http does without.
  const trusted = way.isTls ? { secureContext: await trustedContext(way.authorities, env) } : {};
  const tls = { ...trusted, rejectUnauthorized: !isUnverified, timeout };
  const pool = {
    connect: { ...tls, lookup: guardLookup(resolveName, { isPublicOnly }) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    allowH2: false,
    webSocket: { maxPayloadSize: maxMessageBytes },
  };
  if (way.isDirect) return new Agent(pool);
  return new EnvHttpProxyAgent({
    ...pool,
    // The proxy resolves names itself, so only addresses that are written as such are refused on this way.
    requestTls: tls,
    proxyTls: { ...trusted, timeout },
    ...proxiesOf(env),
  });
}

/** Empty texts and not undefined, which would ask the environment of the process. */
function proxiesOf(env: Env): { httpProxy: string; httpsProxy: string; noProxy: string } {
  const settingOf = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
  return {
    httpProxy: proxyUrl('HTTP_PROXY', settingOf('HTTP_PROXY')),
    httpsProxy: proxyUrl('HTTPS_PROXY', settingOf('HTTPS_PROXY')),
    noProxy: settingOf('NO_PROXY'),
  };
}

/** As curl and Go read it: without a scheme it is http. The value may have a password, so no error shows it. */
function proxyUrl(name: string, value: string): string {
  if (value === '') return '';
  const url = value.includes('://') ? value : `http://${value}`;
  if (/^https?:/i.test(url) && URL.canParse(url)) return url;
  throw Object.assign(new Error(`${name} is not the URL of an HTTP proxy`), { code: 'EINVAL' });
}

async function exchange(request: HttpRequest, dispatcher: Dispatcher): Promise<HttpResponse> {
  const { method, url, headers = {}, body, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const response = await send(url, {
    dispatcher,
    method,
    headers: { ...headers },
    body: body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(body),
    // The driver would close the connection after each HEAD; a registry is asked little else.
    reset: false,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    status: response.statusCode,
    headers: joinHeaders(response.headers),
    body: readPieces(response.body, {
      patienceMs: 2 * timeoutMs,
      toReason: (error) => reasonFor(error, request),
    }),
    discard: async () => {
      // What goes wrong with bytes that nobody wants is nobody's business: the connection is closed then.
      const signal = AbortSignal.timeout(DISCARD.timeoutMs);
      await response.body.dump({ limit: DISCARD.bytes, signal }).catch(() => undefined);
    },
  };
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

/** Who aborts gets their own reason back; everything else is an `errno` error. */
function reasonFor(error: unknown, { signal }: HttpRequest): unknown {
  return signal?.aborted ? signal.reason : toErrno(error);
}

/** How long the other side may take to agree to a socket's end. */
const GOODBYE_MS = 500;

/** What became of the request that asks for a socket. */
interface Seen {
  reason?: unknown;
  connection?: Duplex;
}

/** The library says of a failure only that there was one, and has no way to drop a socket: so we look below it. */
async function openSocket(request: SocketRequest, dispatcher: Dispatcher): Promise<TextSocket> {
  const { url, protocols, headers = {}, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const seen: Seen = {};
  const watched = dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, watch(handler, seen)),
  );
  const socket = new WebSocket(url, { protocols: [...protocols], headers, dispatcher: watched });
  const queue = queueOf<string>();
  const drop = (): void => {
    queue.end();
    seen.connection?.destroy();
    signal?.removeEventListener('abort', drop);
    void dispatcher.destroy();
  };
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') queue.push(data);
  });
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => {
      drop();
      resolve();
    });
  });
  signal?.addEventListener('abort', drop);
  const timer = setTimeout(() => {
    seen.reason ??= Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    drop();
  }, timeoutMs);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', () =>
      reject(signal?.aborted ? signal.reason : toErrno(seen.reason ?? noSocket())),
    );
  }).finally(() => clearTimeout(timer));
  return {
    messages: queue.items,
    send: (text) => socket.send(text),
    close: async () => {
      queue.end();
      const impatience = setTimeout(drop, GOODBYE_MS);
      socket.close();
      await closed;
      clearTimeout(impatience);
    },
  };
}

function watch(handler: Dispatcher.DispatchHandler, seen: Seen): Dispatcher.DispatchHandler {
  const inner: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
  return {
    onRequestStart: (...all) => inner.onRequestStart?.(...all),
    onRequestUpgrade: (controller, status, headers, connection) => {
      seen.connection = connection;
      inner.onRequestUpgrade?.(controller, status, headers, connection);
    },
    onResponseStart: (controller, status, ...rest) => {
      seen.reason ??= noSocket(status);
      inner.onResponseStart?.(controller, status, ...rest);
    },
    onResponseData: (...all) => inner.onResponseData?.(...all),
    onResponseEnd: (...all) => inner.onResponseEnd?.(...all),
    onResponseError: (controller, error) => {
      seen.reason ??= error;
      inner.onResponseError?.(controller, error);
    },
  };
}

function noSocket(status?: number): Error {
  const what = status === undefined ? 'not as the protocol says' : `with status ${status}`;
  return Object.assign(new Error(`answered ${what} when asked for a WebSocket`), { code: 'EPROTO', status });
}
