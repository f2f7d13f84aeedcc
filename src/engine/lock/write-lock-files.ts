import { join } from 'node:path';
import { printLock } from '../../lock/print-lock.ts';
import { treeFileName } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import { isEmptyLock, type Lock } from '../../model/lock.ts';
import { exists } from '../../state/folder.ts';
import { replaceText } from '../replace-text.ts';
import { type Trees, treeFolder } from './tree-files.ts';

/**
 * Writes the lock and the trees it names: trees first, so that the lock never names one that is not there, and what
 * is no longer named goes last. What already is as it shall be is not touched.
 */
export async function writeLockFiles(path: string, lock: Lock, trees: Trees, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const folder = treeFolder(path);
  const wanted = new Map<string, string>();
  for (const [server, pin] of Object.entries(lock.servers)) {
    const text = trees.get(server);
    const name = pin.kind === 'package' ? treeFileName(server, pin) : null;
    if (name !== null && text !== undefined) wanted.set(name, text);
  }
  if (wanted.size > 0) await files.makeFolder(folder, 0o755);
  for (const [name, text] of wanted) await replaceIfOther(join(folder, name), text, ctx);
  // Who has nothing to lock needs no lock, but one that is there says so.
  if (!isEmptyLock(lock) || (await exists(path, ctx))) await replaceIfOther(path, printLock(lock), ctx);
  await removeStale(folder, new Set(Object.entries(lock.servers).flatMap(fileOf)), ctx);
}

function fileOf([server, pin]: [string, Lock['servers'][string]]): readonly string[] {
  const name = pin.kind === 'package' ? treeFileName(server, pin) : null;
  return name === null ? [] : [name];
}

async function replaceIfOther(path: string, text: string, ctx: Context): Promise<void> {
  const now = await ctx.system.files.read(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  });
  if (now === null || now.toString('utf8') !== text) await replaceText(path, text, 'LOCK_UNWRITABLE', ctx);
}

/** Only files of the two names that we write; whatever else somebody keeps there is theirs. */
async function removeStale(folder: string, named: ReadonlySet<string>, ctx: Context): Promise<void> {
  const { files } = ctx.system;
  const names = await files.list(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
  const stale = names.filter((name) => /\.(npm\.json|requirements\.txt)$/.test(name) && !named.has(name));
  for (const name of stale) await files.remove(join(folder, name));
  if (stale.length > 0 && stale.length === names.length) await files.removeFolder(folder);
}
