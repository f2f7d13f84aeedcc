import type { Context } from '../model/context.ts';
import type { Inventory } from '../model/inventory.ts';
import { exists, filesIn, stateFolder } from '../state/folder.ts';
import { readInventory } from '../state/inventory-file.ts';
import type { Loaded } from './load.ts';

/**
 * The state folder of a stack. A stack that gets its first (or loses its last) folder target would change its
 * folder's name and lose its books; so books that this very root wrote under the other name are kept on with.
 */
export async function locateBooks({ manifest, source }: Loaded, ctx: Context): Promise<string> {
  const hasFolderTargets = manifest.servers.some(({ targets }) =>
    targets.some(({ scope }) => scope !== 'user'),
  );
  const named = (hashed: boolean): string =>
    stateFolder({ stack: manifest.name, root: manifest.root, hasFolderTargets: hashed }, ctx);
  const expected = named(hasFolderTargets);
  const other = named(!hasFolderTargets);
  if (await exists(filesIn(expected).inventory, ctx)) return expected;
  const inventory = await readOther(other, ctx);
  return inventory !== null && inventory.source.root === source.root ? other : expected;
}

async function readOther(folder: string, ctx: Context): Promise<Inventory | null> {
  return (await exists(filesIn(folder).inventory, ctx)) ? await readInventory(folder, ctx) : null;
}
