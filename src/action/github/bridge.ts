import { readBody } from '../../model/read-body.ts';
import type { HttpRequest, Network } from '../../model/system.ts';

/** A hundred comments of the greatest length, with four bytes for each character and room for the rest. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const TIMEOUT_MS = 20_000;

const METHODS: readonly string[] = ['GET', 'POST', 'PATCH'];

/**
 * The network of this machine, with its proxies and authorities, for a library that wants `fetch`. Follows no redirect.
 * What goes wrong is an `errno` error.
 */
export function bridgeNetwork({ request }: Pick<Network, 'request'>, signal: AbortSignal): typeof fetch {
  return async (url, { method = 'GET', headers, body } = {}) => {
    const answer = await request({
      method: methodOf(method),
      url: String(url),
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === 'string' ? { body: Buffer.from(body) } : {}),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const isEmpty = answer.status === 204 || answer.status === 205 || answer.status === 304;
    const bytes = await readBody(answer, MAX_ANSWER_BYTES);
    return new Response(isEmpty ? null : Buffer.from(bytes), {
      status: answer.status,
      headers: answer.headers,
    });
  };
}

function methodOf(method: string): HttpRequest['method'] {
  if (!isMethod(method)) throw new Error(`nothing of ours sends ${method}`);
  return method;
}

function isMethod(method: string): method is 'GET' | 'POST' | 'PATCH' {
  return METHODS.includes(method);
}
