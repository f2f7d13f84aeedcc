import type { SecretContext } from '../../model/secret.ts';
import { askServer } from '../ask-server.ts';

export const BACKEND = 'Google Cloud';

/**
 * A `fetch` for the library, over our network, with its proxies, its authorities and what it refuses. `onFailure` hears
 * why there was no answer, because the library wraps that.
 */
export function fetchThrough(
  { what, signal, onFailure }: FetchOptions,
  ctx: SecretContext,
): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { method = 'GET', headers, body } = init;
    try {
      const answer = await askServer(
        {
          backend: BACKEND,
          what,
          signal,
          method: method.toUpperCase() === 'POST' ? 'POST' : 'GET',
          url: input instanceof Request ? input.url : String(input),
          headers: Object.fromEntries(new Headers(headers)),
          ...bodyOf(body),
        },
        ctx,
      );
      const { status } = answer;
      const isBare = [204, 205, 304].includes(status);
      return new Response(isBare ? null : Buffer.from(answer.body), { status, headers: answer.headers });
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
}

export interface FetchOptions {
  readonly what: string;
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown) => void;
}

function bodyOf(body: unknown): { readonly body?: string | Uint8Array } {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string' || body instanceof Uint8Array) return { body };
  if (body instanceof URLSearchParams) return { body: body.toString() };
  throw new Error('the library sends a body of a new kind');
}
