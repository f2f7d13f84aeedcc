import { hash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../model/json.ts';
import { Broken } from './trouble.ts';

/** `sha256:` + hex of a text, as UTF-8. */
export function digestText(text: string): string {
  return `sha256:${hash('sha256', text)}`;
}

/**
 * By name, the digest of all that a server says of a tool or a prompt, whatever the order of keys. `_meta` is left
 * out: it is for programs, and may be another one each time. Of two with one name, both count, in their order.
 * Throws `Broken` for one that is nested beyond all reason.
 */
export function digestDefinitions(
  definitions: readonly (JsonObject & { readonly name: string })[],
): Readonly<Record<string, string>> {
  const texts = new Map<string, string[]>();
  for (const { _meta, name, ...definition } of definitions) {
    if (isTooDeep(definition as Json)) throw new Broken({ kind: 'too-large' });
    const text = canonicalJson(definition as Json);
    texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return Object.fromEntries([...texts].map(([name, all]) => [name, digestText(all.join('\n'))]));
}

/** Far deeper than any schema, and far from where recursion would hurt. */
const MOST_DEPTH = 100;

function isTooDeep(value: Json, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= MOST_DEPTH) return true;
  return Object.values(value).some((member: Json) => isTooDeep(member, depth + 1));
}
