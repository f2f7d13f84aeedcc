import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { Installed, Installer, InstallRequest } from '../../model/launch.ts';

/** Fills a folder with a locked tree. Runs no script, makes no link, and takes no byte that the lock does not name. */
export const npmInstaller: Installer = { install };

async function install({ pin, tree: text, folder }: InstallRequest, ctx: Context): Promise<Installed> {
  const { readPinnedTree } = await import('./check-pin.ts');
  const tree = readPinnedTree(pin, text);
  const { unpackTree } = await import('./unpack-tree.ts');
  const { findPrograms } = await import('./programs.ts');
  const { files } = ctx.system;
  // npm installs what a project in that folder wants: ours has the lock, and wants what the lock has.
  const project = { dependencies: { [tree.root.name]: tree.root.version } };
  const ours = { 'package.json': JSON.stringify(project), 'package-lock.json': text as string };
  for (const [name, content] of Object.entries(ours)) {
    await files.create(join(folder, name), content, { mode: 0o600, sync: false });
  }
  await unpackTree(tree, folder, ctx);
  for (const name of [...Object.keys(ours), 'node_modules/.package-lock.json']) {
    await files.remove(join(folder, name));
  }
  return await findPrograms({ name: tree.root.name, folder }, ctx);
}
