/**
 * Finds its way through JSON text without building values. Only for text that `JSON.parse` has accepted: nothing is
 * checked again, and on any other text the positions mean nothing.
 */

/** A member of an object, as positions in the text. `key` is what the spelling between the quotes stands for. */
export interface Member extends MemberStart {
  readonly valueEnd: number;
}

export interface MemberStart {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = 0xfeff;

/** Where the text's one value starts: behind the byte order mark and white space. */
export function startOfJson(text: string): number {
  return skipSpace(text, text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0);
}

export function isObjectAt(text: string, at: number): boolean {
  return text.charCodeAt(at) === OPEN_OBJECT;
}

/**
 * The members of the object whose brace is at `open`, and the position of its closing brace. `endOfValue` is asked
 * once for every member, in order, and says where its value ends; by default the value is skipped.
 */
export function scanObject(
  text: string,
  open: number,
  endOfValue: (member: MemberStart) => number = ({ valueStart }) => skipValue(text, valueStart),
): { readonly members: readonly Member[]; readonly close: number } {
  const members: Member[] = [];
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) !== CLOSE_OBJECT) {
    const keyStart = at;
    const keyEnd = skipString(text, keyStart);
    const key = readKey(text, keyStart, keyEnd);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const start = { key, keyStart, keyEnd, valueStart };
    const valueEnd = endOfValue(start);
    members.push({ ...start, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return { members, close: at };
}

/** The position behind the value that starts at `at`. Walks nested values without recursion. */
export function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return skipString(text, at);
  if (first === OPEN_OBJECT || first === OPEN_LIST) return skipNested(text, at);
  let end = at;
  while (end < text.length && !endsScalar(text.charCodeAt(end))) end += 1;
  return end;
}

function skipNested(text: string, open: number): number {
  let depth = 0;
  let at = open;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    at += 1;
    if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at;
    } else if (at > text.length) throw new Error('the text is not valid JSON');
  }
}

/** Jumps from quote to quote: a long string costs one search, not a look at each character. */
function skipString(text: string, open: number): number {
  let close = open;
  do {
    close = text.indexOf('"', close + 1);
    if (close === -1) throw new Error('the text is not valid JSON');
  } while (isEscaped(text, close));
  return close + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 0;
}

function readKey(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_OBJECT || code === CLOSE_LIST || isSpace(code);
}
