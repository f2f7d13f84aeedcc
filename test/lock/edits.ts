import fc from 'fast-check';
import type { Lock, Pin, SharedOwnership } from '../../src/model/lock.ts';
import { address, owned, pin, serverName } from './locks.ts';

/** What one branch does to one entry: another value, or null for none. */
export type Edit =
  | { readonly section: 'servers'; readonly name: string; readonly value: Pin | null }
  | { readonly section: 'ownership'; readonly name: string; readonly value: SharedOwnership | null };

export function apply(lock: Lock, edits: readonly Edit[]): Lock {
  const next = { ...lock, servers: { ...lock.servers }, ownership: { ...lock.ownership } };
  for (const { section, name, value } of edits) {
    const entries = next[section] as Record<string, unknown>;
    if (value === null) delete entries[name];
    else entries[name] = value;
  }
  return next;
}

/** Edits of what the lock has and of what it has not, each entry at most once. */
export function editsOf(lock: Lock): fc.Arbitrary<readonly Edit[]> {
  const known = (names: readonly string[], other: fc.Arbitrary<string>) =>
    names.length === 0 ? other : fc.oneof(fc.constantFrom(...names), other);
  const server = fc.record({
    section: fc.constant('servers' as const),
    name: known(Object.keys(lock.servers), serverName),
    value: fc.option(pin, { freq: 3 }),
  });
  const entry = fc.record({
    section: fc.constant('ownership' as const),
    name: known(Object.keys(lock.ownership), address),
    value: fc.option(owned, { freq: 3 }),
  });
  return fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: server }, { weight: 1, arbitrary: entry }), {
    selector: ({ section, name }) => `${section}/${name}`,
    maxLength: 5,
  });
}
