import { hash } from 'node:crypto';
import { canonicalJson, isDeeperThan, type JsonObject } from '../model/json.ts';
import { Broken } from './trouble.ts';

/** Far more than any schema has. */
const MOST_LEVELS = 100;

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
    if (isDeeperThan(definition, MOST_LEVELS)) throw new Broken({ kind: 'too-large' });
    texts.set(name, [...(texts.get(name) ?? []), canonicalJson(definition)]);
  }
  return Object.fromEntries([...texts].map(([name, all]) => [name, digestText(all.join('\n'))]));
}
