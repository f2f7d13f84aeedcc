import { dirname, join } from 'node:path';
import { lockFolderOf, treeDigest, treeFileName } from '../../lock/tree-file.ts';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import type { Lock, Pin } from '../../model/lock.ts';

/** Texts of the lock folder by server; only those there are. */
export type Trees = ReadonlyMap<string, string>;

/** Nobody's tree is this large. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The folder of trees: `mcp.lock.yaml` → `mcp.lock.d`, beside it. */
export function treeFolder(lockPath: string): string {
  return join(dirname(lockPath), lockFolderOf(lockPath));
}

/** Reads the tree of every pin that has one. What is not there, or not what the pin says, is left out. */
export async function readTrees(lockPath: string, servers: Lock['servers'], ctx: Context): Promise<Trees> {
  const trees = new Map<string, string>();
  await Promise.all(
    Object.entries(servers).map(async ([server, pin]) => {
      const text = await readTree(lockPath, server, pin, ctx);
      if (text !== null) trees.set(server, text);
    }),
  );
  return trees;
}

/** The text that a pin's `tree` is the digest of; null when the lock folder does not hold that text. */
export async function readTree(
  lockPath: string,
  server: string,
  pin: Pin,
  ctx: Context,
): Promise<string | null> {
  if (pin.kind !== 'package' || pin.tree === undefined) return null;
  const name = treeFileName(server, pin);
  if (name === null) return null;
  const text = await readText(join(treeFolder(lockPath), name), ctx);
  return text !== null && treeDigest(text) === pin.tree ? text : null;
}

async function readText(path: string, ctx: Context): Promise<string | null> {
  const { files } = ctx.system;
  try {
    const { kind, size } = await files.stat(path);
    if (kind !== 'file' || size > MAX_BYTES) return null;
    return (await files.read(path)).toString('utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}
