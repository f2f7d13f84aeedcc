import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { Address } from '../model/address.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Inventory, InventoryEntry, SourceIdentity } from '../model/inventory.ts';
import type { Place } from '../model/resource.ts';
import { orUnwritable, readIfThere, removeIfThere } from './durable-file.ts';
import { assertOwnFolder, exists, filesIn, makeDurableFolder, type StateContext } from './folder.ts';
import { assertOwnHome } from './identity.ts';
import { readInventory, writeInventory } from './inventory-file.ts';
import { assertNotLost, stubFile, writeStub } from './lineage-stub.ts';
import { type LockRequest, takeLock } from './lock-file.ts';
import { readJournal } from './read-state.ts';
import type { Run } from './run.ts';

/** Gives an entry another address, in the books only. `place` is where the object is from now on. */
export async function moveEntry(run: Run, from: Address, to: Address, place?: Place): Promise<void> {
  const entry = entryOf(run.inventory, from);
  if (run.inventory.entries[to] !== undefined) {
    throw new McpformError('STATE_EXISTS', `"${to}" is in the books already`, {
      hint: `\`mcpform state rm\` it first, if it is not the same thing`,
    });
  }
  const moved: InventoryEntry = { ...entry, address: to, place: place ?? entry.place };
  const operation = randomUUID();
  await run.journal.end([{ operation, address: to, previousAddress: from, result: 'done', entry: moved }]);
}

/** Takes entries out of the books; what they are about stays where it is. All or none. */
export async function removeEntries(run: Run, addresses: readonly Address[]): Promise<void> {
  for (const address of addresses) entryOf(run.inventory, address);
  await run.journal.end(
    addresses.map((address) => ({ operation: randomUUID(), address, result: 'done', entry: null }) as const),
  );
}

function entryOf(inventory: Inventory, address: Address): InventoryEntry {
  const entry = inventory.entries[address];
  if (entry !== undefined) return entry;
  throw new McpformError('STATE_UNKNOWN_ADDRESS', `"${address}" is not in the books`, {
    hint: '`mcpform state list` shows what is',
  });
}

export interface MoveBooks extends LockRequest {
  readonly from: string;
  readonly to: string;
  /** What the source is called from now on. */
  readonly source: SourceIdentity;
}

/**
 * Moves the books of a folder that was moved (or whose remote was renamed) to where they are looked for now. The
 * journal and the history come along. Interrupted anywhere, it can be run again.
 */
export function moveBooks(request: MoveBooks, ctx: StateContext): Promise<Inventory> {
  return orUnwritable(`move the state in "${request.from}"`, () => move(request, ctx));
}

async function move({ from, to, source, ...request }: MoveBooks, ctx: StateContext): Promise<Inventory> {
  await assertOwnHome(ctx);
  if (!(await exists(from, ctx))) throw nothingToMove(from);
  await assertOwnFolder(from, ctx);
  const lock = await takeLock(from, request, ctx);
  try {
    const found = await readInventory(from, ctx);
    if (found === null) {
      await assertNotLost(from, ctx);
      throw nothingToMove(from);
    }
    readJournal(from, await readIfThere(filesIn(from).journal, ctx), found.lineage);
    const inventory: Inventory = { ...found, serial: found.serial + 1, source };
    await writeInventory(from, inventory, ctx);
    if (from !== to) await moveFolder(from, to, inventory, ctx);
    return inventory;
  } finally {
    // After the move the lock lies in the new folder, still ours; otherwise where we took it.
    await lock.release().catch(() => undefined);
    if (from !== to && !(await exists(from, ctx))) await removeIfThere(filesIn(to).lock, ctx);
  }
}

async function moveFolder(from: string, to: string, inventory: Inventory, ctx: StateContext): Promise<void> {
  await makeDurableFolder(dirname(to), ctx);
  try {
    if (await exists(to, ctx)) await ctx.system.files.removeFolder(to);
    await rememberAt(to, inventory, ctx);
    await ctx.system.files.rename(from, to);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    throw new McpformError('STATE_EXISTS', `"${to}" has books already`, {
      hint: 'move or remove that folder first, if its books are of no use',
    });
  }
  await ctx.system.files.syncFolder(dirname(to));
  await ctx.system.files.syncFolder(dirname(from));
  await removeIfThere(stubFile(from, ctx), ctx);
}

async function rememberAt(
  folder: string,
  { lineage, stack, entries }: Inventory,
  ctx: StateContext,
): Promise<void> {
  const hasEntries = Object.keys(entries).length > 0;
  await writeStub({ formatVersion: 1, lineage, stack, folder, hasEntries }, ctx);
}

function nothingToMove(folder: string): McpformError {
  return new McpformError('STATE_LOST', `there are no books in "${folder}"`, {
    hint: 'run `mcpform state rebuild`, which looks at what is really there',
  });
}
