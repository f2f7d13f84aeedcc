import type { Address } from './address.ts';
import type { InventoryEntry } from './inventory.ts';
import type { Pointer } from './json.ts';
import type { Action } from './plan.ts';
import type { Place } from './resource.ts';

/** Written, durable, before an effect. Enough to settle it after a crash by looking. Digests are keyed. */
export interface Begin {
  readonly operation: string;
  readonly address: Address;
  readonly action: Exclude<Action, 'noop' | 'conflict'>;
  readonly provider: string;
  readonly place: Place;
  readonly previousAddress?: Address;
  readonly previousPlace?: Place;
  /** Digest per changed pointer as found; null when nothing is there. */
  readonly before: Readonly<Record<Pointer, string>> | null;
  /** Digest per changed pointer as it shall be; null when nothing shall be there. */
  readonly after: Readonly<Record<Pointer, string>> | null;
  /** The books if it succeeds, but for `whole`; null when the entry leaves them. */
  readonly record: EntryRecord | null;
}

/** An inventory entry before the written object was read back. */
export type EntryRecord = Omit<InventoryEntry, 'whole'>;

/** Written, durable, after an effect was read back and before anybody is told. */
export interface End {
  readonly operation: string;
  readonly address: Address;
  readonly result: 'done' | 'failed' | 'rolledBack';
  /** With `done`: the entry as it now stands, or null when it left the books. */
  readonly entry?: InventoryEntry | null;
  readonly previousAddress?: Address;
}

/** What `apply/` needs of the books; `state/` implements it. Both return when the records are on disk. */
export interface Journal {
  begin(records: readonly Begin[]): Promise<void>;
  end(records: readonly End[]): Promise<void>;
}
