import { stripVTControlCharacters } from 'node:util';
import { escapeText } from '../formats/escape.ts';
import { looksLikeSecret, redactLine, redactUrl } from '../formats/redact.ts';
import type { HealthTarget } from '../model/health.ts';

/** A line of a stranger's text as it may be shown: one line, not long, without secrets and control characters. */
export type Mask = (line: string) => string;

const MOST_CHARACTERS = 300;
/** Looked at; the rest is not shown in any case. */
const LOOKED_AT = 4096;

/**
 * Servers repeat what they were given: in "invalid token …", or in a dump of their environment. So whatever was given
 * to this one, and `secrets`, becomes `***`, besides what looks like a credential.
 */
export function maskFor(target: HealthTarget, secrets: readonly string[]): Mask {
  return maskValues([...secrets, ...givenTo(target)]);
}

export function maskValues(values: readonly string[]): Mask {
  const hidden = spellings(values);
  return (line) => {
    let text = stripVTControlCharacters(line.slice(0, LOOKED_AT));
    for (const value of hidden) text = text.replaceAll(value, '***');
    return clip(escapeText(redactLine(text.trim())));
  };
}

function givenTo(target: HealthTarget): readonly string[] {
  if (target.kind === 'stdio') {
    return Object.entries(target.env)
      .filter(([name, value]) => isTelling(name, value))
      .map(([, value]) => value);
  }
  const headers = Object.values(target.headers ?? {}).filter((value) => value.length >= 4);
  return [...headers, ...headers.flatMap(credentialsIn), ...valuesIn(target.url)];
}

/** Paths and short words are no secrets, and an error that does not name its file says nothing. */
function isTelling(name: string, value: string): boolean {
  if (looksLikeSecret(name, value) !== null) return true;
  return value.length >= 6 && !value.startsWith('/');
}

/** `Bearer TOKEN`, `Basic base64(user:password)`. */
function credentialsIn(header: string): readonly string[] {
  const [, scheme = '', rest = ''] = /^(\S+)\s+(.+)$/.exec(header) ?? [];
  if (rest.length < 4) return [];
  const decoded = scheme.toLowerCase() === 'basic' ? Buffer.from(rest, 'base64').toString() : '';
  return [rest, decoded, decoded.slice(decoded.indexOf(':') + 1)].filter((text) => text.length >= 4);
}

function valuesIn(url: string): readonly string[] {
  if (!URL.canParse(url)) return [url];
  const { username, password, search, searchParams } = new URL(url);
  const values = [username, password, search.slice(1), ...searchParams.values()];
  return values.filter((text) => text.length >= 4);
}

/** The ways in which a value is written into URLs and JSON. The longest first, as one may hold another. */
function spellings(values: readonly string[]): readonly string[] {
  const all = values.flatMap((value) => [
    value,
    // A lone surrogate has no spelling in a URL.
    encodeURIComponent(Buffer.from(value).toString()),
    JSON.stringify(value).slice(1, -1),
  ]);
  return [...new Set(all)].filter((text) => text !== '').sort((a, b) => b.length - a.length);
}

function clip(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

/** Where a server is, as it may be shown: without user, query and whatever looks like a credential. */
export function placeOf(target: HealthTarget, mask: Mask): string {
  if (target.kind === 'stdio') return mask(target.command);
  return mask(redactUrl(target.url.replace(/[?#].*$/s, '')));
}

/** The first line that says something. */
export function firstLineOf(text: string): string {
  return text.split(/[\r\n]+/).find((line) => line.trim() !== '') ?? '';
}
