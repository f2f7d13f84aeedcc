import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { unpackTree } from '../npm/unpack-tree.ts';
import type { Dependencies } from './dependency-tree.ts';

/** Puts the locked packages into `node_modules` of a folder. Runs no script, makes no link. */
export async function installDependencies(
  { wanted, tree }: Dependencies,
  text: string,
  folder: string,
  ctx: Context,
): Promise<void> {
  if (tree === null) return;
  const { files } = ctx.system;
  const ours = { 'package.json': JSON.stringify(wanted), 'package-lock.json': text };
  for (const [name, content] of Object.entries(ours)) {
    await files.create(join(folder, name), content, { mode: 0o600, sync: false });
  }
  await unpackTree(tree, folder, ctx);
  for (const name of [...Object.keys(ours), 'node_modules/.package-lock.json']) {
    await files.remove(join(folder, name));
  }
}
