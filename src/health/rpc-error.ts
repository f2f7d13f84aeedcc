import { isJsonObject, type Json } from '../model/json.ts';
import type { Trouble } from './trouble.ts';

export const METHOD_NOT_FOUND = -32601;

type Answer = Extract<Trouble, { kind: 'answer' }>;

/** The text of a JSON-RPC error response, such as servers send beside an HTTP status; null when it is none. */
export function rpcErrorOf(text: string): Answer | null {
  const message = parse(text);
  const error = isJsonObject(message) ? message['error'] : null;
  if (!isJsonObject(error) || typeof error['code'] !== 'number') return null;
  return answerOf(error['code'], String(error['message'] ?? ''), error['data']);
}

/** https://modelcontextprotocol.io/specification/2026-07-28: a server names the revisions it would take. */
export function answerOf(code: number, message: string, data: unknown): Answer {
  const supported = isJsonObject(data) ? data['supported'] : null;
  if (!Array.isArray(supported)) return { kind: 'answer', code, message };
  const versions = supported.filter((each) => typeof each === 'string').slice(0, 10);
  return { kind: 'answer', code, message, supported: versions };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
