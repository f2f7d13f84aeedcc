import { findSecretArguments, looksLikeSecret } from '../formats/redact.ts';
import { dotted } from '../formats/yaml-schema.ts';
import { isJsonObject, type Json, type Pointer, toPointer } from '../model/json.ts';
import type { Path, Problems } from './problem.ts';

/** Maps whose keys say what their values are. Elsewhere only the shape of a value counts. */
const KEYED = new Set(['env', 'headers', 'labels', 'options', 'driverOptions', 'oauth', 'extraHosts']);

/**
 * No text of a manifest may be a credential, wherever it stands. `allowed` are the places, as messages write them
 * (`servers.github.env.TOKEN`), of those that somebody lets pass this time: warnings; what the document's own
 * `allowLiterals` lists was reviewed, and is none. What passes either way comes back. `extended` is the document with its `x-` keys.
 */
export function checkLiterals(
  document: Json,
  extended: Json,
  allowed: readonly string[],
  problems: Problems,
): readonly Pointer[] {
  const listed = listedIn(document);
  const seen = new Set<string>();
  const passed: Pointer[] = [];
  const report = (path: Path, rule: string): void => {
    const place = dotted(path);
    seen.add(place);
    const isAllowed = allowed.includes(place);
    if (isAllowed || listed.includes(place)) passed.push(toPointer(path));
    if (listed.includes(place)) return;
    const severity = isAllowed ? 'warning' : 'error';
    problems[severity]('MANIFEST_LITERAL_SECRET', path, `looks like a credential in clear text (${rule})`, {
      hint: path[0] === 'secrets' ? hintInSecrets(place) : hintElsewhere(place),
    });
  };
  findLiterals(document, [], report);
  if (document !== extended) findInExtensions(extended, document, [], report);
  listed.forEach((place, index) => {
    if (!seen.has(place)) unmatched(place, ['allowLiterals', String(index)], problems);
  });
  for (const place of allowed) if (!seen.has(place)) unmatched(place, [], problems);
  return passed;
}

type Report = (path: Path, rule: string) => void;

function listedIn(document: Json): readonly string[] {
  const listed = isJsonObject(document) ? document['allowLiterals'] : undefined;
  return Array.isArray(listed) ? listed.map((place: Json) => (typeof place === 'string' ? place : '')) : [];
}

function findLiterals(value: Json, path: Path, report: Report): void {
  if (typeof value === 'string') {
    const rule = looksLikeSecret(keyOf(path), value);
    if (rule !== null) report(path, rule);
  } else if (Array.isArray(value)) {
    const texts = value.map((item: Json) => (typeof item === 'string' ? item : ''));
    for (const { index, rule } of findSecretArguments(texts)) report([...path, String(index)], rule);
    value.forEach((item: Json, index) => {
      if (typeof item === 'object') findLiterals(item, [...path, String(index)], report);
    });
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (typeof member === 'object' || typeof member === 'string') {
        findLiterals(member, [...path, key], report);
      }
    }
  }
}

/** What the value is called, where its name is one of a value; else null. */
function keyOf(path: Path): string | null {
  if (path[0] === 'variables' && path[2] === 'default') return path[1] as string;
  if (path[0] === 'secrets') return null;
  return KEYED.has(path.at(-2) ?? '') ? (path.at(-1) as string) : null;
}

/** Notes and anchors: what is used of them is judged where it is used. */
function findInExtensions(extended: Json, kept: Json, path: Path, report: Report): void {
  if (typeof extended !== 'object' || extended === null) return;
  for (const [key, member] of Object.entries(extended) as readonly [string, Json][]) {
    const place = [...path, key];
    const other = (kept as Readonly<Record<string, Json>>)[key];
    if (other === undefined) findShapes(member, place, report);
    else if (typeof other === 'object') findInExtensions(member, other, place, report);
  }
}

function findShapes(value: Json, path: Path, report: Report): void {
  if (typeof value === 'string') {
    const rule = looksLikeSecret(null, value);
    if (rule !== null) report(path, rule);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) findShapes(member as Json, [...path, key], report);
  }
}

function hintElsewhere(place: string): string {
  return `say where it is under \`secrets\`, write \${secret.name} in env, headers or url, and replace the credential; ${ifNone(place)}`;
}

function hintInSecrets(place: string): string {
  return `let the program find its own credential, and replace this one; ${ifNone(place)}`;
}

function ifNone(place: string): string {
  const word = /^[\w.-]+$/.test(place) ? place : `'${place}'`;
  return `if it is none: --allow-literal ${word}`;
}

function unmatched(place: string, path: Path, problems: Problems): void {
  problems.warning('MANIFEST_LITERAL_UNMATCHED', path, `nothing at "${place}" looks like a credential`, {
    hint: 'remove it, so that it does not let another one pass later',
  });
}
