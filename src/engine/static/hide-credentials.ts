import { findSecretArguments, looksLikeSecret } from '../../formats/redact.ts';
import { fromPointer, isJsonObject, type Json } from '../../model/json.ts';
import { digestLeaf } from '../../model/leaves.ts';
import type { PathChange, Step } from '../../model/plan.ts';
import { nominalDigest } from './nominal.ts';

/** The steps without what looks like a credential in the older revision: a manifest that gets rid of one says so. */
export function hideCredentials(steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => ({ ...step, paths: step.paths.map(hidden) }));
}

function hidden(path: PathChange): PathChange {
  const { pointer, before } = path;
  if (before === undefined || 'hidden' in before) return path;
  const key = fromPointer(pointer).at(-1) ?? null;
  if (!hasCredential(key, before.value)) return path;
  return { ...path, before: { hidden: true, digest: digestLeaf(pointer, before.value, nominalDigest) } };
}

function hasCredential(key: string | null, value: Json): boolean {
  if (typeof value === 'string') return looksLikeSecret(key, value) !== null;
  if (Array.isArray(value)) {
    const texts = value.map((item: Json) => (typeof item === 'string' ? item : ''));
    return findSecretArguments(texts).length > 0 || value.some((item: Json) => hasCredential(null, item));
  }
  return isJsonObject(value) && Object.entries(value).some(([name, member]) => hasCredential(name, member));
}
