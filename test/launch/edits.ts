import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  rename,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';

/** What somebody does to a store, each with what a full look calls it. */
export const EDITS: readonly (readonly [string, (tree: string) => Promise<unknown>, string | null])[] = [
  [
    'edits a file',
    (tree) => unlocked(join(tree, 'main.js'), (file) => appendFile(file, '//')),
    '"main.js" was changed',
  ],
  [
    'edits a file to one of the same size and puts its times back',
    async (tree) => {
      const file = join(tree, 'main.js');
      const { atime, mtime } = await lstat(file);
      await unlocked(file, () => writeFile(file, 'console.log("SMALL")\n'));
      await utimes(file, atime, mtime);
    },
    '"main.js" was changed',
  ],
  ['changes a mode', (tree) => chmod(join(tree, 'main.js'), 0o644), '"main.js" has another mode'],
  ['makes a file executable', (tree) => chmod(join(tree, 'main.js'), 0o555), '"main.js" has another mode'],
  [
    'adds a file',
    (tree) => opened(join(tree, 'node_modules'), (folder) => writeFile(join(folder, 'new.js'), '')),
    '"node_modules/new.js" was added',
  ],
  [
    'adds a folder',
    (tree) => opened(join(tree, 'node_modules'), (folder) => mkdir(join(folder, 'new'))),
    '"node_modules/new" was added',
  ],
  [
    'removes a file',
    (tree) => opened(tree, (folder) => unlink(join(folder, 'main.js'))),
    '"main.js" was removed',
  ],
  [
    'renames a file',
    (tree) => opened(tree, (folder) => rename(join(folder, 'main.js'), join(folder, 'Main.js'))),
    '"Main.js" was added',
  ],
  [
    'swaps two files',
    (tree) =>
      opened(tree, async (folder) => {
        await rename(join(folder, 'main.js'), join(folder, 'x'));
        await rename(join(folder, 'package.json'), join(folder, 'main.js'));
        await rename(join(folder, 'x'), join(folder, 'package.json'));
      }),
    '"main.js" was changed',
  ],
  [
    'puts a link in the place of a file',
    (tree) =>
      opened(tree, async (folder) => {
        await unlink(join(folder, 'main.js'));
        await symlink('/etc/hostname', join(folder, 'main.js'));
      }),
    '"main.js" was changed',
  ],
  [
    'turns a link',
    (tree) =>
      opened(join(tree, 'node_modules/.bin'), async (folder) => {
        await unlink(join(folder, 'run'));
        await symlink('../dep/index.js', join(folder, 'run'));
      }),
    '"node_modules/.bin/run" was changed',
  ],
  [
    'puts a link in the place of the tree',
    async (tree) => {
      await rename(tree, `${tree}-old`);
      await symlink('/usr/share', tree);
    },
    'they are gone',
  ],
  [
    'puts a copy in the place of the tree',
    async (tree) => {
      execFileSync('cp', ['-a', tree, `${tree}-new`]);
      await rename(tree, `${tree}-old`);
      await rename(`${tree}-new`, tree);
    },
    null,
  ],
  ['removes the tree', (tree) => rename(tree, `${tree}-old`), 'they are gone'],
];

export async function unlocked(file: string, edit: (file: string) => Promise<unknown>): Promise<void> {
  await chmod(file, 0o644);
  await edit(file);
  await chmod(file, 0o444);
}

async function opened(folder: string, edit: (folder: string) => Promise<unknown>): Promise<void> {
  await chmod(folder, 0o755);
  await edit(folder);
  await chmod(folder, 0o555);
}
