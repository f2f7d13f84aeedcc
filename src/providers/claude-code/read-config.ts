import { isUtf8 } from 'node:buffer';
import type { Code } from '../../model/codes.ts';
import { isErrno } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Files } from '../../model/system.ts';

/** What a JSON file holds. Absent is a fact; unreadable never counts as absent. */
export type ConfigFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'there'; readonly value: JsonObject }
  | Unavailable;

/** Reads and parses a file once. Links are followed. */
export async function readConfig(path: string, files: Files): Promise<ConfigFile> {
  const read = await readBytes(path, files);
  if (read.kind !== 'there') return read;
  const parsed = parseConfig(read.bytes, path);
  return parsed.kind === 'text' ? { kind: 'there', value: parsed.value } : parsed;
}

export type ConfigBytes =
  | { readonly kind: 'absent' }
  | { readonly kind: 'there'; readonly bytes: Buffer }
  | Unavailable;

export async function readBytes(path: string, files: Files): Promise<ConfigBytes> {
  try {
    return { kind: 'there', bytes: await files.read(path) };
  } catch (error) {
    // A link that leads nowhere is not an empty config: the client would not be able to save to it.
    if (isErrno(error, 'ENOENT') && !(await isLink(path, files))) return { kind: 'absent' };
    return unreadable(path, error);
  }
}

/** The world's reason why a file cannot be read; throws what is a bug. */
export function unreadable(path: string, error: unknown): Unavailable {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return unavailable('CLIENT_FILE_UNREADABLE', `"${path}" cannot be read (${String(error.code)})`, path);
}

async function isLink(path: string, files: Files): Promise<boolean> {
  try {
    return (await files.stat(path)).kind === 'link';
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

export type ParsedConfig =
  | { readonly kind: 'text'; readonly text: string; readonly value: JsonObject }
  | Unavailable;

/** Bytes → text and value, with nothing lost: `text` encoded again is `bytes`. An empty file is an error too. */
export function parseConfig(bytes: Buffer, path: string): ParsedConfig {
  const broken = (what: string): ParsedConfig =>
    unavailable('CLIENT_FILE_ENCODING', `"${path}" ${what}`, path, 'save it as UTF-8');
  if (isUtf16(bytes)) return broken('is UTF-16, which Claude Code cannot read');
  if (!isUtf8(bytes)) return broken('is not valid UTF-8');
  const text = bytes.toString('utf8');
  const hint = 'correct it by hand; Claude Code keeps copies in the folder "backups" beside its settings';
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof RangeError) {
      return unavailable('CLIENT_FILE_TOO_DEEP', `"${path}" is nested too deeply`, path);
    }
    if (!(error instanceof SyntaxError)) throw error;
    const what = bytes.length === 0 ? 'is empty' : `is not valid JSON${position(error, text)}`;
    return unavailable('CLIENT_FILE_INVALID', `"${path}" ${what}`, path, hint);
  }
  if (!isJsonObject(value)) {
    return unavailable('CLIENT_FILE_SHAPE', `"${path}" holds JSON, but not an object`, path, hint);
  }
  return { kind: 'text', text, value };
}

/** Only the position: the parser's own words quote the file, which may hold secrets. */
function position(error: SyntaxError, text: string): string {
  const offset = Number(/at position (\d+)/.exec(error.message)?.[1] ?? Number.NaN);
  if (Number.isNaN(offset)) return '';
  const before = text.slice(0, offset).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) as string).length + 1})`;
}

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if (first === 0xff || first === 0xfe) return second === 0xfe || second === 0xff;
  return bytes.length > 1 && (first === 0) !== (second === 0);
}

export interface Unavailable {
  readonly kind: 'unavailable';
  readonly finding: Finding;
}

export function unavailable(code: Code, message: string, file: string, hint?: string): Unavailable {
  const finding = { code, severity: 'error', message, at: { file } } as const;
  return { kind: 'unavailable', finding: hint === undefined ? finding : { ...finding, hint } };
}
