import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import { stateFolder } from '../state/folder.ts';
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
  if (await hasBooks(expected, ctx)) return expected;
  const inventory = await readOther(other, ctx);
  return inventory !== null && inventory.source.root === source.root ? other : expected;
}

async function hasBooks(folder: string, ctx: Context): Promise<boolean> {
  return (await listIfThere(folder, ctx)).includes('inventory.json');
}

async function readOther(folder: string, ctx: Context) {
  if (!(await hasBooks(folder, ctx))) return null;
  return await readInventory(folder, ctx);
}

async function listIfThere(folder: string, ctx: Context): Promise<readonly string[]> {
  try {
    return await ctx.system.files.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
