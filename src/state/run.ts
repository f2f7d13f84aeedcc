import { randomUUID } from 'node:crypto';
import type { Inventory } from '../model/inventory.ts';
import type { Begin, End, Journal } from '../model/journal.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import { type Books, inventoryOf, replay } from './books.ts';
import { orUnwritable, readIfThere, sweepTemporaries } from './durable-file.ts';
import { assertOwnFolder, exists, filesIn, makeDurableFolder, type StateContext } from './folder.ts';
import { appendGeneration, type GenerationContent } from './generations.ts';
import { assertOwnHome, assertSameIdentity, keyCheckOf } from './identity.ts';
import { readInventory, writeInventory } from './inventory-file.ts';
import { JournalFile } from './journal-file.ts';
import { assertNotLost, writeStub } from './lineage-stub.ts';
import { type HeldLock, type LockRequest, takeLock } from './lock-file.ts';
import { type Asker, readJournal } from './read-state.ts';

export type RunRequest = LockRequest & Asker;

/** What a run changes besides what the journal says. Absent: stays as it is. */
export interface Commit {
  readonly source?: Inventory['source'];
  /** Added to those known. */
  readonly configs?: Inventory['configs'];
  /** Null ends a hold. */
  readonly hold?: NonNullable<Inventory['hold']> | null;
  /** Kept in the history before the journal is let go of. */
  readonly generation?: GenerationContent;
}

/**
 * Opens the books of a stack for writing: takes the lock, refuses books that are somebody else's, cuts a torn tail
 * off the journal and replays it. Nothing is written yet. Whoever opened it must `release` it.
 */
export async function openRun(folder: string, request: RunRequest, ctx: StateContext): Promise<Run> {
  return orUnwritable(`open the state in "${folder}"`, () => open(folder, request, ctx));
}

async function open(folder: string, request: RunRequest, ctx: StateContext): Promise<Run> {
  await assertOwnHome(ctx);
  await makeDurableFolder(folder, ctx);
  await assertOwnFolder(folder, ctx);
  const lock = await takeLock(folder, request, ctx);
  try {
    await sweepTemporaries(folder, ctx);
    const { generations } = filesIn(folder);
    if (await exists(generations, ctx)) await sweepTemporaries(generations, ctx);
    return await readBooks(folder, request, lock, ctx);
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
}

async function readBooks(
  folder: string,
  request: RunRequest,
  lock: HeldLock,
  ctx: StateContext,
): Promise<Run> {
  const bytes = await readIfThere(filesIn(folder).journal, ctx);
  const found = await readInventory(folder, ctx);
  if (found === null) await assertNotLost(folder, ctx);
  else await assertSameIdentity(found, request, ctx);
  const inventory = found ?? (await newInventory(request, ctx));
  const { lines, goodBytes } = readJournal(folder, bytes, inventory.lineage);
  const run = new Run({
    folder,
    lock,
    inventory,
    books: replay(inventory, lines),
    hasLines: lines.length > 0,
    lastSeq: Math.max(inventory.appliedSeq, lines.at(-1)?.seq ?? 0),
    isOnDisk: found !== null,
    ctx,
  });
  if (goodBytes < (bytes?.length ?? 0)) await run.cutJournal(goodBytes);
  return run;
}

/** The first inventory of a new lineage. */
export async function newInventory(asker: Asker, ctx: StateContext): Promise<Inventory> {
  const { machineId, uid } = await ctx.system.processes.identity();
  return {
    formatVersion: 1,
    lineage: randomUUID(),
    serial: 0,
    appliedSeq: 0,
    stack: asker.stack,
    source: asker.source,
    machineId,
    uid,
    configs: {},
    keyCheck: keyCheckOf(ctx),
    entries: {},
  };
}

interface Parts {
  readonly folder: string;
  readonly lock: HeldLock;
  readonly inventory: Inventory;
  readonly books: Books;
  readonly hasLines: boolean;
  readonly lastSeq: number;
  readonly isOnDisk: boolean;
  readonly ctx: StateContext;
}

/** One command at work on the books. Owns the lock and the open journal. */
export class Run {
  readonly folder: string;
  readonly #lock: HeldLock;
  readonly #books: Books;
  readonly #journal: JournalFile;
  readonly #ctx: StateContext;
  #committed: Inventory;
  #isOnDisk: boolean;

  constructor({ folder, lock, inventory, books, hasLines, lastSeq, isOnDisk, ctx }: Parts) {
    this.folder = folder;
    this.#lock = lock;
    this.#books = books;
    this.#committed = inventory;
    this.#isOnDisk = isOnDisk;
    this.#ctx = ctx;
    this.#journal = new JournalFile(
      {
        path: filesIn(folder).journal,
        lineage: inventory.lineage,
        nextSeq: lastSeq + 1,
        hasLines,
        books,
        prepare: () => this.#prepare(),
      },
      ctx,
    );
  }

  /** The books as of now, with all that is recorded; a serial on from the last commit if they differ. */
  get inventory(): Inventory {
    return inventoryOf(this.#committed, this.#books);
  }

  /** Begun and not ended. */
  get pending(): readonly Begin[] {
    return this.#books.open;
  }

  /** Whether this stack was never applied here. */
  get isNew(): boolean {
    return !this.#isOnDisk;
  }

  get journal(): Journal {
    return this.#journal;
  }

  /** Records what `settle` found. */
  recover(ends: readonly End[]): Promise<void> {
    return this.#journal.end(ends);
  }

  /**
   * Writes what was recorded into the inventory and lets go of the journal. The serial rises by one if the content
   * differs; if it does not, the inventory is left untouched. Steps that never ended stay pending. May be called
   * again; throws STATE_JOURNAL_FAILED after a failure to record, STATE_UNWRITABLE when it fails itself, and then
   * nothing is lost: the next run replays the journal.
   */
  async commit(change: Commit = {}): Promise<Inventory> {
    if (this.#journal.failure !== null) throw this.#journal.failure;
    const next = this.#next(change);
    const isWorthIt =
      next !== this.#committed && (this.#isOnDisk || next.entries !== this.#committed.entries);
    await orUnwritable('write the inventory', async () => {
      if (change.generation !== undefined) await appendGeneration(this.folder, change.generation, this.#ctx);
      if (isWorthIt) await this.#write(next);
    });
    if (this.pending.length === 0 && this.#journal.hasLines) await this.#journal.clear();
    return this.#committed;
  }

  /**
   * Gives the lock back. What was recorded and not committed is replayed by the next run. Never throws: a lock that
   * cannot be removed is broken as soon as this process is gone.
   */
  async release(): Promise<void> {
    await this.#journal.close().catch(() => undefined);
    await this.#lock.release().catch(() => undefined);
  }

  /** Removes what a crash left at the end of the journal. */
  async cutJournal(goodBytes: number): Promise<void> {
    await this.#journal.cut(goodBytes);
  }

  #next(change: Commit): Inventory {
    const { hold: held, ...rest } = this.#committed;
    const hold = change.hold === undefined ? held : change.hold;
    const next: Inventory = {
      ...rest,
      source: change.source ?? rest.source,
      configs: { ...rest.configs, ...change.configs },
      ...(hold === null || hold === undefined ? {} : { hold }),
    };
    const isSame = canonicalJson(headOf(next)) === canonicalJson(headOf(this.#committed));
    // A generation counts as a change: a saved plan is bound to the serial, and approves one apply.
    if (isSame && !this.#books.hasChanged && change.generation === undefined) return this.#committed;
    const { entries } = this.inventory;
    return { ...next, serial: this.#committed.serial + 1, entries };
  }

  async #write(next: Inventory): Promise<void> {
    const open = this.pending;
    // Said once more on a line of its own, which is then the only one the inventory does not contain.
    if (open.length > 0) await this.#journal.begin(open);
    const appliedSeq = this.#journal.lastSeq - (open.length > 0 ? 1 : 0);
    const inventory = { ...next, appliedSeq };
    await this.#prepare();
    await writeInventory(this.folder, inventory, this.#ctx);
    this.#committed = inventory;
    this.#books.settle();
    await this.#remember(this.#books.entries.size > 0 || open.length > 0);
  }

  /** Before the first record: an inventory that the journal belongs to, and a stub that remembers both. */
  async #prepare(): Promise<void> {
    if (!this.#isOnDisk) await writeInventory(this.folder, this.#committed, this.#ctx);
    this.#isOnDisk = true;
    await this.#remember(true);
  }

  async #remember(hasEntries: boolean): Promise<void> {
    const { lineage, stack } = this.#committed;
    await writeStub({ formatVersion: 1, lineage, stack, folder: this.folder, hasEntries }, this.#ctx);
  }
}

/** All but the entries and the counters. */
function headOf({ entries: _, serial: __, appliedSeq: ___, ...head }: Inventory): Json {
  return head as unknown as Json;
}
