import { escapeText } from '../../../formats/escape.ts';
import { redactLine } from '../../../formats/redact.ts';
import type { Code } from '../../../model/codes.ts';
import { type ErrorDetails, McpformError } from '../../../model/error.ts';
import { isJsonObject } from '../../../model/json.ts';
import { type Operation, REFUSALS } from './refusals.ts';

export interface Answered {
  readonly engine: string;
  readonly operation: Operation;
  /** As in `docker would not …`. */
  readonly doing: string;
  readonly status: number;
  /** The whole answer. */
  readonly said: string;
  /** Names that may stand in it, and mean nothing there: an image may be called `access-denied`. */
  readonly names?: readonly string[];
}

/** An engine's no, for people. */
export class EngineFailure extends McpformError {
  /** The engine's own words, without the names. */
  readonly words: string;

  constructor(code: Code, message: string, { words, ...details }: ErrorDetails & { readonly words: string }) {
    super(code, message, details);
    this.words = words;
  }
}

export function engineFailure({
  engine,
  operation,
  doing,
  status,
  said,
  names = [],
}: Answered): EngineFailure {
  const whole = wordsOf(said);
  const words = names.reduce((text, name) => text.replaceAll(name, '…'), whole);
  const refusal = REFUSALS.find(
    ({ operations, says }) => (operations === null || operations.includes(operation)) && says.test(words),
  );
  const code = refusal?.code ?? (status < 500 ? 'ENGINE_REFUSED' : 'ENGINE_FAILED');
  const message = `${engine} would not ${doing}: ${whole === '' ? `status ${status}` : shown(whole)}`;
  return new EngineFailure(code, message, { words, ...(refusal && { hint: refusal.hint }) });
}

/** An engine's words for people: one line, without what looks like a credential, and not a page of it. */
export function shown(words: string): string {
  const line = escapeText(redactLine(words.replace(/\s+/g, ' ').trim()));
  const readable = line.replace(WHOLE_ID, '$1');
  return readable.length > MAX_LENGTH ? `${readable.slice(0, MAX_LENGTH)}…` : readable;
}

const MAX_LENGTH = 600;
/** Not a digest: those are copied, and looked for elsewhere. */
const WHOLE_ID = /(?<![0-9a-f:])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])/g;

/** Docker says `message`; Podman also says, in `cause`, less. */
function wordsOf(said: string): string {
  try {
    const value: unknown = JSON.parse(said);
    const message = isJsonObject(value) ? value['message'] : undefined;
    return typeof message === 'string' ? message.trim() : said.trim();
  } catch {
    return said.trim();
  }
}
