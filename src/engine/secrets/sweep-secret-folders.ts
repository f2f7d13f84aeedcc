import { join } from 'node:path';
import { SECRETS_SOURCE } from '../../graph/secret-files.ts';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { Outcome } from '../../model/event.ts';
import type { Inventory } from '../../model/inventory.ts';
import { digestLeaf } from '../../model/leaves.ts';
import { memoryFolders } from './memory-folders.ts';
import { booksFolder, removeSecretFolder } from './secret-folder.ts';

/**
 * Removes the folders of secrets that no container in the books has. After a step that did not end well, the container
 * before it may still need its own, so all of that object stay until a step does.
 */
export async function sweepSecretFolders(
  { lineage, entries }: Pick<Inventory, 'lineage' | 'entries'>,
  outcomes: readonly Outcome[],
  ctx: Context,
): Promise<void> {
  const unsettled = new Set(
    outcomes.filter(({ result }) => result !== 'done').map(({ address }) => address.split('/').at(-1)),
  );
  const kept = new Set(Object.values(entries).flatMap(({ base }) => base[SECRETS_SOURCE] ?? []));
  for (const root of await memoryFolders(ctx)) {
    const books = booksFolder(root, lineage, ctx);
    for (const object of await namesIn(books, ctx)) {
      if (unsettled.has(object.slice(object.indexOf('.') + 1))) continue;
      await sweepObject(join(books, object), kept, ctx);
    }
    await removeIfEmpty(books, ctx);
  }
}

async function sweepObject(folder: string, kept: ReadonlySet<string>, ctx: Context): Promise<void> {
  for (const name of await namesIn(folder, ctx)) {
    const path = join(folder, name);
    if (!kept.has(digestLeaf(SECRETS_SOURCE, path, ctx.digest))) await removeSecretFolder(path, ctx);
  }
  await removeIfEmpty(folder, ctx);
}

async function namesIn(folder: string, { system }: Context): Promise<readonly string[]> {
  try {
    return await system.files.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function removeIfEmpty(folder: string, { system }: Context): Promise<void> {
  try {
    await system.files.removeFolder(folder);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}
