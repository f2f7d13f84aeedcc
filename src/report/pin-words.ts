import { escapeText } from '../formats/escape.ts';
import type { PinSummary } from '../model/resource.ts';

/** `npm:x@1.1.1 -> npm:x@1.1.2 (sha256 3f1c… -> 9ab2…)`; equal parts are said once. */
export function pinWords(before: PinSummary | null, after: PinSummary | null): string {
  const only = after ?? before;
  if (only === null) return '';
  const name = escapeText(only.name);
  if (before === null || after === null) return `${name} (${shortDigest(only.digest)})`;
  const names = before.name === after.name ? name : `${escapeText(before.name)} -> ${name}`;
  if (before.digest === after.digest) return `${names} (${shortDigest(after.digest)})`;
  return `${names} (${shortDigest(before.digest)} -> ${shortDigest(after.digest).replace(/^\S+ /, '')})`;
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
