import { McpformError } from '../model/error.ts';
import type { Inventory, SourceIdentity } from '../model/inventory.ts';
import type { Begin, End } from '../model/journal.ts';
import { inventoryOf, replay } from './books.ts';
import { readIfThere } from './durable-file.ts';
import { assertOwnFolder, exists, filesIn, type StateContext } from './folder.ts';
import { assertSameIdentity } from './identity.ts';
import { readInventory } from './inventory-file.ts';
import { type JournalText, parseJournal } from './journal-line.ts';
import { assertNotLost } from './lineage-stub.ts';

export interface State {
  /** The books as of now, journal included; null when this stack was never applied here. */
  readonly inventory: Inventory | null;
  /** Begun and not ended: to be settled by looking, before anything is planned. */
  readonly pending: readonly Begin[];
  /** The books with these ends recorded, serial and all: what `Run.recover` would make of them. */
  settledBy(ends: readonly End[]): Inventory | null;
}

/** Who asks, so that books of somebody else are not taken for theirs. */
export interface Asker {
  readonly stack: string;
  readonly source: SourceIdentity;
}

/**
 * What `plan` and `status` know. Writes nothing, takes no lock, and is right while an apply is at work: the
 * journal is read first, so whatever has left it by then is in the inventory that is read second. Without an
 * asker (`state list`) the books are shown whosever they are.
 */
export async function readState(folder: string, asker: Asker | null, ctx: StateContext): Promise<State> {
  if (await exists(folder, ctx)) await assertOwnFolder(folder, ctx);
  const journal = await readIfThere(filesIn(folder).journal, ctx);
  const inventory = await readInventory(folder, ctx);
  if (inventory === null) {
    await assertNotLost(folder, ctx);
    return { inventory: null, pending: [], settledBy: () => null };
  }
  if (asker !== null) await assertSameIdentity(inventory, asker, ctx);
  const { lines } = readJournal(folder, journal, inventory.lineage);
  const books = replay(inventory, lines);
  const settledBy = (ends: readonly End[]): Inventory => {
    const settled = replay(inventory, lines);
    settled.replay({ lineage: inventory.lineage, seq: 0, begin: [], end: ends });
    return inventoryOf(inventory, settled);
  };
  return { inventory: inventoryOf(inventory, books), pending: books.open, settledBy };
}

/** The lines of a journal; damage that no crash can explain is a hard error. */
export function readJournal(folder: string, bytes: Buffer | null, lineage: string): JournalText {
  const text = parseJournal(bytes ?? Buffer.alloc(0), lineage);
  if (text.damagedLine === undefined) return text;
  const path = filesIn(folder).journal;
  throw new McpformError(
    'STATE_JOURNAL_CORRUPT',
    `line ${text.damagedLine} of the journal "${path}" is damaged, or of another state`,
    { hint: 'run `mcpform state rebuild`, which looks at what is really there', at: { file: path } },
  );
}
