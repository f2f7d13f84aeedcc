import { escapeJson, escapeText } from './escape.ts';

/** Shorter texts are in every other word. In characters (UTF-16 units). */
export const SHORTEST = 4;

/** A line of a longer value that is shorter says nothing by itself: `}`, `-----`. */
const SHORTEST_LINE = 8;

/**
 * Every way in which texts of ours, or of those whose words we repeat, write a value: as it is, in URLs, JSON (escaped
 * once and twice), base64 wherever it begins, hex, HTML, and between quotes of YAML and shells; and the same for each of
 * its lines. All have at least `SHORTEST` characters.
 */
export function formsOf(value: string): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const part of partsOf(value)) {
    for (const write of WAYS) {
      for (const form of write(part)) if (form.length >= SHORTEST) forms.add(form);
    }
  }
  return forms;
}

function partsOf(value: string): ReadonlySet<string> {
  const lines = /[\r\n]/.test(value) ? value.split(/[\r\n]+/).flatMap((line) => [line, line.trim()]) : [];
  const trimmed = value.trim();
  return new Set([
    value,
    ...(trimmed.length >= SHORTEST ? [trimmed] : []),
    ...lines.filter(({ length }) => length >= SHORTEST_LINE),
  ]);
}

type Way = (value: string) => readonly string[];

const WAYS: readonly Way[] = [plain, inUrls, inJson, inBase64, inHex, inQuotes, inHtml];

function plain(value: string): readonly string[] {
  return [value, escapeText(value)];
}

function inUrls(value: string): readonly string[] {
  // A lone surrogate has no bytes; everybody writes the replacement character for it.
  const text = Buffer.from(value).toString();
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const plus = [component, strict].map((each) => each.replaceAll('%20', '+'));
  const all = [component, strict, form, ...plus, encodeURI(text), ...inParts(text), everyByte(text)];
  return all.flatMap((each) => [each, each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

function everyByte(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '%$&');
}

/** As `URL` writes passwords, paths and queries, where most marks stay. */
function inParts(text: string): readonly string[] {
  const url = new URL('http://host/');
  url.password = text;
  url.pathname = `/${text}`;
  url.search = `?${text}`;
  return [url.password, url.pathname.slice(1), url.search.slice(1)];
}

function inJson(value: string): readonly string[] {
  const once = escapedOnce(value);
  return [...once, ...[...once].flatMap((each) => [...escapedOnce(each)])];
}

function escapedOnce(value: string): ReadonlySet<string> {
  const quoted = JSON.stringify(value).slice(1, -1);
  const ascii = quoted.replace(/[^\x20-\x7e]/g, unit);
  const upper = (text: string): string =>
    text.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);
  const all = [quoted, escapeJson(quoted), ascii, upper(ascii), upper(quoted)];
  // Go and PHP do that: characters that mean something to HTML, and slashes.
  const html = quoted.replace(/[<>&]/g, unit);
  return new Set([...all, html, quoted.replaceAll('/', '\\/')]);
}

function unit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The characters that say nothing but this value, whatever stands before and after it; and the whole, with its end. */
function inBase64(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const standard = [0, 1, 2].flatMap((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = shifted.toString('base64').replace(/=+$/, '');
    const start = [0, 2, 3][before] as number;
    const isMixedAtEnd = shifted.length % 3 !== 0;
    const inner = whole.slice(start, isMixedAtEnd ? -1 : undefined);
    return [inner, whole.slice(start), ...(before === 0 ? [shifted.toString('base64')] : [])];
  });
  const urlSafe = standard.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'));
  const inUrl = standard.filter((each) => /[+/=]/.test(each)).map(encodeURIComponent);
  return [...standard, ...urlSafe, ...inUrl];
}

function inHex(value: string): readonly string[] {
  const hex = Buffer.from(value).toString('hex');
  return [hex, hex.toUpperCase()];
}

function inQuotes(value: string): readonly string[] {
  return [
    value.replaceAll("'", "''"),
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", "\\'"),
    value.replace(/["$`\\]/g, '\\$&'),
    value.replace(/[^A-Za-z0-9_@%+=:,./\n-]/g, '\\$&'),
  ];
}

function inHtml(value: string): readonly string[] {
  const basic = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = basic.replaceAll('"', '&quot;');
  return [basic, quoted, quoted.replaceAll("'", '&#39;')];
}
