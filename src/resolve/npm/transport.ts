import { lookup } from 'node:dns';
import { createBrotliDecompress, createInflate, createUnzip } from 'node:zlib';
import { Agent, authorizationFor, type Endpoint } from './client.ts';
import type { Refused } from './errors.ts';
import { guardLookup, isForbiddenAddress } from './forbidden-address.ts';
import type { NpmOptions } from './npm.ts';

type Request = Parameters<Agent['addRequest']>[0];

export interface TransportRequest {
  /** npm's settings; `registries` are all that they name. */
  readonly options: NpmOptions;
  readonly registries: readonly string[];
  readonly proxy: { readonly plain: string | null; readonly secure: string | null; readonly except: string };
  readonly signal: AbortSignal;
  /** Of one answer. */
  readonly limits?: { readonly maxBytes: number; readonly maxDecodedBytes: number };
}

const CONNECT_TIMEOUT_MS = 30_000;
const TRANSFER_TIMEOUT_MS = 15 * 60_000;
/** Whole tarballs may be large; what comes compressed is a document. */
const LIMITS = { maxBytes: 1024 ** 3, maxDecodedBytes: 384 * 1024 ** 2 };

/**
 * Every connection that npm's libraries make for us. They follow redirects, and take addresses from what a registry
 * sends, so here each request is held against what the user configured: no plain http but to hosts configured so,
 * nothing link-local, credentials only where the configuration has them for that very origin, bounded bodies.
 */
export class Transport extends Agent {
  readonly #request: TransportRequest;
  readonly #plain: Agent;
  readonly #secure: Agent;
  readonly #live = new Set<Request>();

  constructor(request: TransportRequest) {
    const { options, proxy } = request;
    const common = {
      ca: options['ca'] as string[] | null,
      rejectUnauthorized: options['strictSSL'] !== false,
      maxSockets: options['maxSockets'] as number,
      localAddress: options['localAddress'] as string | null,
      timeouts: { connection: CONNECT_TIMEOUT_MS },
      dns: { lookup: guardLookup(lookup) },
    };
    super(common);
    this.#request = request;
    this.#plain = new Agent({ ...common, proxy: proxy.plain, noProxy: proxy.except });
    this.#secure = new Agent({ ...common, proxy: proxy.secure, noProxy: proxy.except });
  }

  override addRequest(request: Request, endpoint: Endpoint): void {
    const isSecure = this.isSecureEndpoint(endpoint);
    const url = urlOf(endpoint, isSecure);
    this.#judge(url);
    if (!this.#isEntitled(url, request.getHeader('authorization'))) {
      request.removeHeader('authorization');
    }
    this.#bound(request, url);
    (isSecure ? this.#secure : this.#plain).addRequest(request, endpoint);
  }

  #judge(url: URL): void {
    if (this.#request.signal.aborted) throw new Refusal('RESOLVE_UNAVAILABLE', 'interrupted');
    if (isForbiddenAddress(url.hostname)) {
      throw new Refusal('RESOLVE_INSECURE', `refused to go to "${url.host}": it is a link-local address`);
    }
    const isPlain = url.protocol === 'http:';
    const hosts = this.#request.registries.map((registry) => new URL(registry));
    if (
      isPlain &&
      !hosts.some(({ protocol, hostname }) => protocol === 'http:' && hostname === url.hostname)
    ) {
      throw new Refusal('RESOLVE_INSECURE', `refused to go to "http://${url.host}": not https`);
    }
  }

  /** npm's libraries keep the header when a redirect changes the port or the scheme alone. */
  #isEntitled(url: URL, header: unknown): boolean {
    if (header === undefined) return true;
    const { options, registries } = this.#request;
    const here = [url.href, ...registries.filter((registry) => new URL(registry).origin === url.origin)];
    return here.some((address) => authorizationFor(address, options) === String(header));
  }

  #bound(request: Request, url: URL): void {
    const fail = (why: string): void => {
      request.destroy(new Refusal('RESOLVE_UNAVAILABLE', `"${url.host}" ${why}`));
    };
    const minutes = TRANSFER_TIMEOUT_MS / 60_000;
    const timer = setTimeout(() => fail(`took more than ${minutes} minutes`), TRANSFER_TIMEOUT_MS).unref();
    const { signal } = this.#request;
    // Only while there is something to stop: the signal outlives us.
    if (this.#live.size === 0) signal.addEventListener('abort', this.#abort);
    this.#live.add(request);
    request.once('close', () => {
      clearTimeout(timer);
      this.#live.delete(request);
      if (this.#live.size === 0) signal.removeEventListener('abort', this.#abort);
    });
    const { maxBytes, maxDecodedBytes } = this.#request.limits ?? LIMITS;
    request.once('response', (response) => {
      const tooLarge = (): void => fail('sent more than mcpform takes');
      count(response, maxBytes, tooLarge);
      const decoder = decoderOf(response.headers['content-encoding']);
      if (decoder === null) return;
      // What is damaged fails where it is really decoded.
      decoder.on('error', () => undefined);
      count(decoder, maxDecodedBytes, tooLarge);
      response.pipe(decoder);
    });
  }

  readonly #abort = (): void => {
    for (const request of this.#live) request.destroy(new Refusal('RESOLVE_UNAVAILABLE', 'interrupted'));
  };
}

/** Code and type are the ones that make-fetch-happen does not try again. */
class Refusal extends Error {
  readonly code = 'ECONNREFUSED';
  readonly type = 'request-timeout';
  readonly refused: Refused;

  constructor(code: Refused['code'], message: string) {
    super(message);
    this.refused = { code, message };
  }
}

/** For calls that have no business with any registry. */
export const noTransport = {
  addRequest(): never {
    throw new Refusal('RESOLVE_UNAVAILABLE', 'not to be asked now');
  },
};

function urlOf({ host, hostname, port, path }: Endpoint, isSecure: boolean): URL {
  const name = hostname ?? host ?? 'localhost';
  const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return new URL(
    `${isSecure ? 'https' : 'http'}://${authority}:${port || (isSecure ? 443 : 80)}${path ?? '/'}`,
  );
}

function decoderOf(encoding: string | undefined): ReturnType<typeof createUnzip> | null {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createUnzip();
    case 'deflate':
    case 'x-deflate':
      return createInflate() as ReturnType<typeof createUnzip>;
    case 'br':
      return createBrotliDecompress() as unknown as ReturnType<typeof createUnzip>;
    default:
      return null;
  }
}

function count(stream: NodeJS.ReadableStream, maxBytes: number, tooLarge: () => void): void {
  let size = 0;
  stream.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size > maxBytes) tooLarge();
  });
}
