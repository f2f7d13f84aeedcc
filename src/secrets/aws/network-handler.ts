import type { SecretContext } from '../../model/secret.ts';
import { askServer } from '../ask-server.ts';
import { BACKEND } from './settings.ts';

/** What the library wants to be sent. */
interface LibraryRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface LibraryResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface NetworkHandler {
  handle(request: LibraryRequest): Promise<{ readonly response: LibraryResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
}

/**
 * Carries the library's requests over our network, with its proxies, its authorities and what it refuses, instead of
 * the library's own.
 */
export function networkHandler(
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
  ctx: SecretContext,
): NetworkHandler {
  return {
    handle: async (request) => {
      const { method, headers, body } = request;
      const answer = await askServer(
        {
          backend: BACKEND,
          what,
          signal,
          method: method === 'POST' || method === 'PUT' ? method : 'GET',
          url: urlOf(request),
          headers,
          ...bodyOf(body),
        },
        ctx,
      );
      return {
        response: { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body },
      };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

/** The library's bytes pass themselves off as text and complain when they are taken for it: so none of theirs. */
function bodyOf(body: unknown): { readonly body?: string | Uint8Array } {
  if (typeof body === 'string') return { body };
  if (!(body instanceof Uint8Array)) return {};
  return { body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength) };
}

function urlOf({ protocol, hostname, port, path, query = {} }: LibraryRequest): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? encodeURIComponent(key) : `${encodeURIComponent(key)}=${encodeURIComponent(each)}`,
    ),
  );
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`;
}
