import { escapeText } from '../formats/escape.ts';
import type { PinSummary } from '../model/resource.ts';

/** `npm:x 1.1.1 -> 1.1.2 (sha256 3f1c… -> 9ab2…)`; equal parts are said once. */
export function pinWords(before: PinSummary | null, after: PinSummary | null, arrow = '->'): string {
  const only = after ?? before;
  if (only === null) return '';
  if (before === null || after === null) return `${escapeText(only.name)} (${shortDigest(only.digest)})`;
  const names = versionWords(before, after, arrow);
  if (before.digest === after.digest) return `${names} (${shortDigest(after.digest)})`;
  const [old, young] = [shortDigest(before.digest), shortDigest(after.digest)];
  const isAlike = old.split(' ', 1)[0] === young.split(' ', 1)[0];
  return `${names} (${old} ${arrow} ${isAlike ? young.replace(/^\S+ /, '') : young})`;
}

/** The same in short, for a line that says more: the digests only where nothing else tells the two apart. */
export function shortPinWords(before: PinSummary, after: PinSummary): string {
  return before.name === after.name ? pinWords(before, after) : versionWords(before, after, '->');
}

/** `npm:x 1.1.1 -> 1.1.2`; two names where it is not the same thing in another version. */
function versionWords(before: PinSummary, after: PinSummary, arrow: string): string {
  if (before.name === after.name) return escapeText(after.name);
  const [old, young] = [splitName(before.name), splitName(after.name)];
  if (old === null || young === null || old.name !== young.name) {
    return `${escapeText(before.name)} ${arrow} ${escapeText(after.name)}`;
  }
  return `${escapeText(young.name)} ${escapeText(old.version)} ${arrow} ${escapeText(young.version)}`;
}

/** `npm:@acme/x@1.2.3`, `localhost:5000/x:1.2` → the name and its version; null when it has none. */
function splitName(text: string): { readonly name: string; readonly version: string } | null {
  const [, name, version] = /^(.+)@([^@/]+)$/.exec(text) ?? /^(.+):([^:/]+)$/.exec(text) ?? [];
  return name === undefined || version === undefined ? null : { name, version };
}

/** `sha256:3f1c9a…` → `sha256 3f1c9a2b…`: enough to tell two apart, and to find the whole one. */
export function shortDigest(digest: string): string {
  const [, algorithm = '', text = ''] = /^(sha\d+)[:-](.+)$/.exec(digest) ?? [];
  return algorithm === '' ? escapeText(digest) : `${algorithm} ${escapeText(text.slice(0, 12))}…`;
}

/** `NAME:TAG@sha256:…` → `NAME:TAG (sha256 3f1c9a2b…)`. */
export function imageWords(reference: string): string {
  const [name = '', digest] = reference.split('@', 2);
  return digest === undefined ? escapeText(name) : `${escapeText(name)} (${shortDigest(digest)})`;
}
