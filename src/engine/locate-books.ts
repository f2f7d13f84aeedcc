import type { Context } from '../model/context.ts';
import type { Inventory, SourceIdentity } from '../model/inventory.ts';
import type { Manifest } from '../model/manifest.ts';
import { exists, filesIn, stateFolder } from '../state/folder.ts';
import { readInventory } from '../state/inventory-file.ts';

/**
 * The state folder of a stack. A stack that gets its first (or loses its last) folder target would change its
 * folder's name and lose its books; so books that this very root wrote under the other name are kept on with. The
 * root is the main work tree's: the client files local entries of a linked one there too.
 */
export async function locateBooks(manifest: Manifest, source: SourceIdentity, ctx: Context): Promise<string> {
  const hasFolderTargets = manifest.servers.some(({ targets }) =>
    targets.some(({ scope }) => scope !== 'user'),
  );
  const named = (hashed: boolean): string =>
    stateFolder({ stack: manifest.name, root: source.root, hasFolderTargets: hashed }, ctx);
  const expected = named(hasFolderTargets);
  const other = named(!hasFolderTargets);
  if (await exists(filesIn(expected).inventory, ctx)) return expected;
  const inventory = await readOther(other, ctx);
  return inventory !== null && inventory.source.root === source.root ? other : expected;
}

async function readOther(folder: string, ctx: Context): Promise<Inventory | null> {
  return (await exists(filesIn(folder).inventory, ctx)) ? await readInventory(folder, ctx) : null;
}
