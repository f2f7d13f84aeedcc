import { isJsonObject, type Json } from '../model/json.ts';
import type { HttpRequest, HttpResponse } from '../model/system.ts';
import { firstLineOf } from './mask.ts';
import { METHOD_NOT_FOUND, rpcErrorOf } from './rpc-error.ts';
import type { Trouble } from './trouble.ts';

/** One request of the library and what came of it. */
export interface Exchange {
  readonly method: HttpRequest['method'];
  readonly url: string;
  /** The message that is sent; null when there is none. */
  readonly message: Json;
  /** The handshake holds without it: a stream for what the server might say by itself, the end of a session. */
  readonly isOptional: boolean;
  /** How the answer began. */
  head: string;
  trouble: Trouble | null;
}

export function beginExchange(url: string | URL, init: RequestInit, isOlder: boolean): Exchange {
  const method = (init.method ?? 'GET').toUpperCase() as Exchange['method'];
  const message = typeof init.body === 'string' ? (JSON.parse(init.body) as Json) : null;
  const isOptional = method === 'DELETE' || (method === 'GET' && !isOlder);
  return { method, url: String(url), message, isOptional, head: '', trouble: null };
}

/** The id under which the message wants an answer; undefined when it wants none. */
export function awaitedId({ message }: Exchange): Json | undefined {
  return isJsonObject(message) && 'method' in message ? message['id'] : undefined;
}

/** Why the library will not get on with this answer, as far as its first lines tell; null when it will. */
export function judgeAnswer(
  { status, headers }: Pick<HttpResponse, 'status' | 'headers'>,
  exchange: Exchange,
  isOlder: boolean,
): Trouble | null {
  if (status < 200 || status > 599) return { kind: 'garbage', line: `HTTP ${status}` };
  if (status >= 300) return redirectOf(status, headers, exchange) ?? { kind: 'status', status, line: '' };
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return { kind: 'garbage', line: `content-encoding: ${encoding}` };
  const expected = expectedTypes(exchange, isOlder);
  const type = headers['content-type'] ?? '';
  const isExpected =
    expected.length === 0 || expected.includes(type.split(';')[0]?.trim().toLowerCase() ?? '');
  if (isExpected && status !== 204) return null;
  return expected.length === 0 ? null : { kind: 'garbage', line: `HTTP ${status} ${type}` };
}

function expectedTypes(exchange: Exchange, isOlder: boolean): readonly string[] {
  if (exchange.method === 'GET') return ['text/event-stream'];
  if (isOlder || awaitedId(exchange) === undefined) return [];
  return ['application/json', 'text/event-stream'];
}

function redirectOf(
  status: number,
  headers: Readonly<Record<string, string>>,
  { url }: Exchange,
): Trouble | null {
  const to = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || to === undefined || !URL.canParse(to, url)) return null;
  const { origin, pathname } = new URL(to, url);
  return { kind: 'redirect', to: origin + pathname };
}

/** The same trouble, once it is known how the body begins. */
export function withHead(trouble: Trouble, head: string): Trouble {
  const line = firstLineOf(head);
  if (trouble.kind === 'garbage') return line === '' ? trouble : { ...trouble, line };
  if (trouble.kind !== 'status') return trouble;
  const error = rpcErrorOf(head);
  // The newest revision has a status for a method that is not there.
  if (error !== null && trouble.status === 404)
    return error.code === METHOD_NOT_FOUND ? error : { ...trouble, line };
  // A login, or a method of HTTP that is not there, says more by its status than by an error in its body.
  return error === null || [401, 403, 405, 429].includes(trouble.status) ? { ...trouble, line } : error;
}
