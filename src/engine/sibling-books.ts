import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { Inventory } from '../model/inventory.ts';
import { readInventory } from '../state/inventory-file.ts';

export interface SiblingBooks {
  /** Their state folder. */
  readonly books: string;
  readonly inventory: Inventory;
}

/** The books of this user's other stacks. Those that cannot be read are left out: their own stack stops over them. */
export async function readSiblingBooks(own: string | null, ctx: Context): Promise<readonly SiblingBooks[]> {
  const folders = (await listIfThere(ctx.folders.state, ctx)).map((name) => join(ctx.folders.state, name));
  const read = await Promise.all(
    folders
      .filter((folder) => folder !== own)
      .map(async (books) => ({ books, inventory: await readIfSound(books, ctx) })),
  );
  return read.filter((sibling): sibling is SiblingBooks => sibling.inventory !== null);
}

async function readIfSound(folder: string, ctx: Context): Promise<Inventory | null> {
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
