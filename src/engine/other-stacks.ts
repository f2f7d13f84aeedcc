import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { readInventory } from '../state/inventory-file.ts';

/** Which stack of this user owns what, by `place.key`, but for the books in `own`. */
export async function placesOfOtherStacks(own: string, ctx: Context): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const name of await listIfThere(ctx.folders.state, ctx)) {
    const folder = join(ctx.folders.state, name);
    if (folder === own) continue;
    const inventory = await readForeign(folder, ctx);
    for (const { place } of Object.values(inventory?.entries ?? {}))
      places.set(place.key, inventory?.stack ?? name);
  }
  return places;
}

/** Books that cannot be read are their own stack's trouble: it stops there, with the way out. */
async function readForeign(folder: string, ctx: Context) {
  try {
    return await readInventory(folder, ctx);
  } catch (error) {
    if (error instanceof McpformError || isErrno(error, 'ENOTDIR', 'EACCES')) return null;
    throw error;
  }
}

async function listIfThere(folder: string, ctx: Context): Promise<readonly string[]> {
  try {
    return await ctx.system.files.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
