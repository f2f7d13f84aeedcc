import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { isLoopbackHost } from '../model/registry-host.ts';
import type { HttpResponse } from '../model/system.ts';

type Net = Pick<Context, 'system' | 'signal'>;

export interface DownloadRequest {
  /** `https:`, or `http:` to a loopback host. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of `url` and to nobody it redirects to. */
  readonly authorization?: string;
  /** PEM: trusted beside the system's. */
  readonly authorities?: string;
  readonly maxBytes: number;
}

export interface Downloaded {
  /** Where the bytes came from in the end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Throws when more than `maxBytes` come. */
  readonly body: AsyncIterable<Uint8Array>;
}

const maxRedirects = 5;
const maxTries = 3;
const maxPauseMs = 10_000;

/**
 * Gets what is at an address. Follows up to five redirects, never from https to http, never with credentials to
 * another origin. Tries again when the server is busy. Throws with a code of `resolve`.
 */
export async function download(request: DownloadRequest, ctx: Net): Promise<Downloaded> {
  const start = new URL(request.url);
  assertSafe(start, start);
  let at = start;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const isSameOrigin = at.origin === start.origin;
    const headers = {
      ...request.headers,
      ...(isSameOrigin && request.authorization !== undefined
        ? { authorization: request.authorization }
        : {}),
    };
    const response = await ask(at, { headers, authorities: request.authorities }, ctx);
    if (!isRedirect(response)) return accept(response, at, request.maxBytes);
    await response.discard();
    const next = targetOf(response, at);
    assertSafe(next, at);
    at = next;
  }
  throw new McpformError(
    'RESOLVE_UNAVAILABLE',
    `"${shownUrl(start)}" redirects more than ${maxRedirects} times`,
  );
}

/** The whole body. */
export async function readAll({ body }: Downloaded): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** An address as it may be shown: without credentials, query and fragment. */
export function shownUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function assertSafe(url: URL, from: URL): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && isLoopbackHost(url.hostname) && from.protocol === 'http:') return;
  const where = url.href === from.href ? '' : ` from "${shownUrl(from)}"`;
  throw new McpformError(
    'RESOLVE_INSECURE',
    `refused to go${where} to "${url.protocol}//${url.host}": not https`,
    {
      hint: 'use an address that starts with https:// and stays there',
    },
  );
}

function isRedirect({ status }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function targetOf(response: HttpResponse, at: URL): URL {
  const location = response.headers['location'];
  if (location !== undefined && URL.canParse(location, at.href)) return new URL(location, at);
  throw new McpformError('RESOLVE_UNAVAILABLE', `"${shownUrl(at)}" redirects to nowhere`);
}

interface Asking {
  readonly headers: Readonly<Record<string, string>>;
  readonly authorities: string | undefined;
}

async function ask(url: URL, asking: Asking, ctx: Net): Promise<HttpResponse> {
  // A password in the address is for whoever made the request to put in a header, not for a log on the way.
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  for (let tries = 1; ; tries++) {
    const response = await request(plain, asking, ctx);
    if (!isBusy(response) || tries === maxTries) return response;
    await response.discard();
    await ctx.system.clock.sleep(pauseMs(response, tries), ctx.signal);
  }
}

async function request(url: URL, { headers, authorities }: Asking, ctx: Net): Promise<HttpResponse> {
  try {
    return await ctx.system.network.request({
      method: 'GET',
      url: url.href,
      headers,
      signal: ctx.signal,
      ...(authorities === undefined ? {} : { authorities }),
    });
  } catch (error) {
    throw unreachable(url, error);
  }
}

function isBusy({ status }: HttpResponse): boolean {
  return [429, 502, 503, 504].includes(status);
}

function pauseMs(response: HttpResponse, tries: number): number {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, maxPauseMs) : 250 * 2 ** tries;
}

async function accept(response: HttpResponse, at: URL, maxBytes: number): Promise<Downloaded> {
  if (response.status !== 200) {
    await response.discard();
    throw refusal(response.status, at);
  }
  return { url: at.href, headers: response.headers, body: bounded(response, at, maxBytes) };
}

function refusal(status: number, at: URL): McpformError {
  const message = `"${shownUrl(at)}" answered ${status}`;
  switch (status) {
    case 401:
    case 403:
      return new McpformError('RESOLVE_DENIED', message);
    case 404:
    case 410:
      return new McpformError('RESOLVE_NOT_FOUND', message, { hint: 'check the address for a typing error' });
    default:
      return new McpformError('RESOLVE_UNAVAILABLE', message, { hint: 'try again later' });
  }
}

async function* bounded(response: HttpResponse, at: URL, maxBytes: number): AsyncIterable<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of response.body) {
      size += piece.byteLength;
      if (size > maxBytes) throw tooBig(at, maxBytes);
      yield piece;
    }
  } catch (error) {
    throw error instanceof McpformError ? error : unreachable(at, error);
  }
  const promised = Number(response.headers['content-length'] ?? size);
  if (promised !== size && response.headers['content-encoding'] === undefined) {
    throw new McpformError('RESOLVE_UNAVAILABLE', `"${shownUrl(at)}" sent ${size} of ${promised} bytes`);
  }
}

function tooBig(at: URL, maxBytes: number): McpformError {
  return new McpformError('RESOLVE_TOO_BIG', `"${shownUrl(at)}" is larger than ${maxBytes / 2 ** 20} MiB`);
}

function unreachable(at: URL, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const reason = isErrno(error, 'ETIMEDOUT') ? 'took too long' : `could not be reached (${error.code})`;
  return new McpformError('RESOLVE_UNAVAILABLE', `"${shownUrl(at)}" ${reason}`, {
    cause: error,
    hint: 'check the network and its proxy, and try again',
  });
}
