import type { Address } from '../model/address.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { EntryRecord } from '../model/journal.ts';
import { type JsonObject, sameJson } from '../model/json.ts';
import { digestWhole, isWithin, leavesOf } from '../model/leaves.ts';
import type { Observed } from '../model/resource.ts';
import { orUnwritable } from './durable-file.ts';
import { assertOwnFolder, exists, filesIn, makeDurableFolder, type StateContext } from './folder.ts';
import { assertOwnHome } from './identity.ts';
import { writeInventory } from './inventory-file.ts';
import { readStub, writeStub } from './lineage-stub.ts';
import { takeLock } from './lock-file.ts';
import { newInventory, type RunRequest } from './run.ts';

/** One thing that should exist, beside what is there under its name. */
export interface Candidate {
  /** The books as an apply would write them. */
  readonly record: EntryRecord;
  /** The object as desired, normalised. */
  readonly attributes: JsonObject;
  readonly observed: Observed | undefined;
  /** Pointers that are never ours. */
  readonly keep: readonly string[];
}

/**
 * The entries that can be had back by looking: what is exactly as desired. They count as adopted, so that nothing
 * which was never ours is ever deleted because of a rebuild. The rest is left to the next plan. Pure.
 */
export function rebuildEntries(
  candidates: readonly Candidate[],
  digest: (text: string) => string,
): { readonly entries: readonly InventoryEntry[]; readonly left: readonly Address[] } {
  const entries: InventoryEntry[] = [];
  const left: Address[] = [];
  for (const candidate of candidates) {
    const { record, observed } = candidate;
    if (observed === undefined || !isAsDesired(candidate, observed)) left.push(record.address);
    else {
      const objectId = observed.id === undefined ? {} : { objectId: observed.id };
      entries.push({
        ...record,
        ...objectId,
        adopted: true,
        whole: digestWhole(observed.attributes, digest),
      });
    }
  }
  return { entries, left };
}

function isAsDesired({ attributes, keep }: Candidate, observed: Observed): boolean {
  const wanted = leavesOf(attributes);
  const found = leavesOf(observed.attributes);
  const isOurs = (pointer: string): boolean =>
    ![...keep, ...observed.unknown].some((foreign) => isWithin(pointer, foreign));
  return [...new Set([...wanted.keys(), ...found.keys()])]
    .filter(isOurs)
    .every((pointer) => sameJson(wanted.get(pointer), found.get(pointer)));
}

export interface RebuildRequest extends RunRequest {
  readonly configs: Inventory['configs'];
  readonly entries: readonly InventoryEntry[];
}

export interface Rebuilt {
  readonly inventory: Inventory;
  readonly setAside: readonly string[];
}

/**
 * Starts the books of a stack anew, with a new lineage. What was there, readable or not, is set aside under the
 * names in the answer; until the new inventory is written, every other command stops with STATE_LOST.
 */
export async function rebuildState(
  folder: string,
  request: RebuildRequest,
  ctx: StateContext,
): Promise<Rebuilt> {
  return orUnwritable(`rebuild the state in "${folder}"`, () => rebuild(folder, request, ctx));
}

async function rebuild(folder: string, request: RebuildRequest, ctx: StateContext): Promise<Rebuilt> {
  await assertOwnHome(ctx);
  await makeDurableFolder(folder, ctx);
  await assertOwnFolder(folder, ctx);
  const lock = await takeLock(folder, request, ctx);
  try {
    const fresh = await newInventory(request, ctx);
    const stub = { formatVersion: 1, lineage: fresh.lineage, stack: request.stack, folder } as const;
    const hadBooks = (await readStub(folder, ctx)) !== null || (await exists(filesIn(folder).inventory, ctx));
    if (hadBooks) await writeStub({ ...stub, hasEntries: true }, ctx);
    const setAside = await setBooksAside(folder, ctx);
    const inventory: Inventory = {
      ...fresh,
      serial: 1,
      configs: request.configs,
      entries: Object.fromEntries(request.entries.map((entry) => [entry.address, entry])),
    };
    await writeInventory(folder, inventory, ctx);
    await writeStub({ ...stub, hasEntries: request.entries.length > 0 }, ctx);
    return { inventory, setAside };
  } finally {
    await lock.release().catch(() => undefined);
  }
}

/** The inventory first: a crash in between then leaves a journal without one, which no command takes for books. */
async function setBooksAside(folder: string, ctx: StateContext): Promise<readonly string[]> {
  const { inventory, previous, journal } = filesIn(folder);
  const stamp = new Date(ctx.system.clock.now()).toISOString().replaceAll(/[:.]/g, '-');
  const setAside: string[] = [];
  for (const path of [inventory, journal, previous]) {
    if (!(await exists(path, ctx))) continue;
    const aside = `${path}.set-aside-${stamp}`;
    await ctx.system.files.rename(path, aside);
    setAside.push(aside);
  }
  await ctx.system.files.syncFolder(folder);
  return setAside;
}
