import type { Address } from '../model/address.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Begin, End } from '../model/journal.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { JournalLine } from './journal-line.ts';

/** The entries of an inventory as a journal moves them, and the steps that have begun and not ended. */
export class Books {
  readonly entries: Map<Address, InventoryEntry>;
  readonly #open = new Map<string, Begin>();
  /** Per address that was touched, the entry it had at first. */
  readonly #originals = new Map<Address, InventoryEntry | undefined>();
  /** Per operation that is done, what it replaced. */
  readonly #replaced = new Map<string, readonly (readonly [Address, InventoryEntry | undefined])[]>();

  constructor(entries: Readonly<Record<Address, InventoryEntry>>) {
    this.entries = new Map(Object.entries(entries));
  }

  /** Begun and not ended, in order. */
  get open(): readonly Begin[] {
    return [...this.#open.values()];
  }

  /** Whether any entry is not as it was at first. */
  get hasChanged(): boolean {
    return [...this.#originals].some(([address, original]) => !isSame(original, this.entries.get(address)));
  }

  replay(line: JournalLine): void {
    for (const begin of line.begin) this.#open.set(begin.operation, begin);
    // Names are given up before any is taken, so that two can change places.
    for (const end of line.end) this.#giveUp(end);
    for (const end of line.end) this.#end(end);
  }

  #giveUp({ operation, result, address, previousAddress }: End): void {
    if (result !== 'done') return;
    const touched = previousAddress === undefined ? [address] : [previousAddress, address];
    this.#replaced.set(
      operation,
      touched.map((name) => [name, this.entries.get(name)] as const),
    );
    if (previousAddress !== undefined) this.#set(previousAddress, undefined);
  }

  /** The last end of an operation counts: one that failed after it was done puts back what it replaced. */
  #end({ operation, result, address, entry }: End): void {
    this.#open.delete(operation);
    if (result === 'done') {
      this.#set(address, entry ?? undefined);
      return;
    }
    for (const [name, before] of this.#replaced.get(operation) ?? []) this.#set(name, before);
    this.#replaced.delete(operation);
  }

  #set(address: Address, entry: InventoryEntry | undefined): void {
    if (!this.#originals.has(address)) this.#originals.set(address, this.entries.get(address));
    if (entry === undefined) this.entries.delete(address);
    else this.entries.set(address, entry);
  }

  /** What there is now is what there was at first. */
  settle(): void {
    this.#originals.clear();
    this.#replaced.clear();
  }
}

/** An inventory with the lines of its journal that it does not contain yet. */
export function replay(inventory: Inventory, lines: readonly JournalLine[]): Books {
  const books = new Books(inventory.entries);
  for (const line of lines) if (line.seq > inventory.appliedSeq) books.replay(line);
  return books;
}

/** The inventory that these books make: one serial on if the content differs. Nothing is written. */
export function inventoryOf(committed: Inventory, books: Books): Inventory {
  if (!books.hasChanged) return committed;
  return { ...committed, serial: committed.serial + 1, entries: Object.fromEntries(books.entries) };
}

function isSame(a: InventoryEntry | undefined, b: InventoryEntry | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json);
}
