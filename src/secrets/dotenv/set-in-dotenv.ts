import { parseDotenv } from './client.ts';

/**
 * The text of a `.env` file with one value set, every other byte as it was; null when no way of writing it reads back
 * equal with all others unchanged. Of a name that is there twice the last is set; one that is not there gets a last
 * line.
 */
export function setInDotenv(text: string, key: string, value: string): string | null {
  const [start, end] = placeOf(text, key);
  const before = start === null ? `${withLineEnd(text)}${key}=` : text.slice(0, start);
  const after = start === null ? lineEndOf(text) : text.slice(end);
  const wanted = { ...parseDotenv(text), [key]: value };
  for (const written of spellings(value)) {
    const candidate = before + written + after;
    if (isSame(parseDotenv(candidate), wanted)) return candidate;
  }
  return null;
}

/** What dotenv takes for an assignment: all up to the value, the name, the value as written. */
const ASSIGNMENT =
  /(^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?))(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;

/** Where the value of a name is, without white space around it. */
function placeOf(text: string, key: string): readonly [number | null, number] {
  const match = [...text.matchAll(ASSIGNMENT)].findLast(([, , name]) => name === key);
  if (match === undefined) return [null, 0];
  const [, head = '', , raw = ''] = match;
  const value = raw.trim();
  // Of white space alone, what comes before a comment stays there.
  const start = match.index + head.length + (value === '' ? 0 : raw.indexOf(value));
  return [start, start + value.length];
}

/** In the order of what most programs beside dotenv read the same: quotes of one kind expand nothing. */
function spellings(value: string): readonly string[] {
  const plain = /^[\w./:@%+,=-]+$/.test(value) ? [value] : [];
  const escaped = value.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return [...plain, `'${value}'`, `"${value}"`, `"${escaped}"`, `\`${value}\``];
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : text + lineEndOf(text);
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
