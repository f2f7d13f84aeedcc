import { isJsonObject } from '../../model/json.ts';
import type { LoopState, PassReport } from '../model.ts';

/** What a loop can be asked, and what it gives: a line of JSON each way. */
export interface ControlAnswers {
  /** A pass that begins after the request; given when it is over. */
  readonly pass: PassReport;
  readonly status: LoopState;
}

export type ControlRequest = keyof ControlAnswers;

/** Longer lines are nobody's. */
export const MAX_LINE_BYTES = 1024 * 1024;

export type ControlAnswer =
  | { readonly answer: ControlRequest; readonly value: ControlAnswers[ControlRequest] }
  | { readonly answer: 'refused'; readonly message: string };

export function parseRequest(line: string): ControlRequest | null {
  const parsed = parsedObject(line);
  const request = parsed?.['request'];
  return request === 'pass' || request === 'status' ? request : null;
}

/** Null for what is no answer to that. */
export function parseAnswer<Request extends ControlRequest>(
  line: string,
  request: Request,
): { readonly value: ControlAnswers[Request] } | { readonly refused: string } | null {
  const parsed = parsedObject(line);
  if (parsed === null) return null;
  const { answer, value, message } = parsed;
  if (answer === 'refused' && typeof message === 'string') return { refused: message };
  // Whoever listens there is of this user, and of this program.
  return answer === request && isJsonObject(value) ? { value: value as never } : null;
}

function parsedObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return isJsonObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
