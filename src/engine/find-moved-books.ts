import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Declared } from './declare.ts';
import { readSiblingBooks } from './sibling-books.ts';

/**
 * A stack with folder targets has its books under its root's name, so a moved folder starts with empty ones. When
 * books of this stack and source remain whose root is gone, they are most likely what was left behind.
 */
export async function findMovedBooks(
  { manifest, loaded, books }: Declared,
  ctx: Context,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { inventory } of await readSiblingBooks(books, ctx)) {
    const isOfThisStack =
      inventory.stack === manifest.name && inventory.source.remote === loaded.source.remote;
    const isEmpty = Object.keys(inventory.entries).length === 0;
    if (isOfThisStack && !isEmpty && (await isGone(inventory.source.root, ctx)))
      findings.push(leftBehind(inventory));
  }
  return findings;
}

function leftBehind({ source, stack }: Inventory): Finding {
  return {
    code: 'STATE_MOVED_FOLDER',
    severity: 'warning',
    message: `stack "${stack}" was applied from "${source.root}", which is gone; its books are not used here`,
    hint: `if that folder is this one now, run \`mcpform state mv --root ${JSON.stringify(source.root)}\` first`,
  };
}

async function isGone(path: string, ctx: Context): Promise<boolean> {
  try {
    await ctx.system.files.stat(path);
    return false;
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR');
  }
}
