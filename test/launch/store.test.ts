import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lookAtStore, type StoreFiles } from '../../src/launch/check-store.ts';
import { storesFolder } from '../../src/launch/places.ts';
import { prepareLaunch } from '../../src/launch/prepare-launch.ts';
import { stagingPlace } from '../../src/launch/staging.ts';
import { readStore } from '../../src/launch/store.ts';
import { makeWorld, type Package, placesOf, recordOf, SMALL, type World } from './world.ts';

const record = recordOf();
let world: World;
let store: StoreFiles;

beforeEach(async () => {
  world = await makeWorld();
  ({ store } = placesOf(record, world.ctx));
});
afterEach(() => world.home.remove());

const prepare = () => prepareLaunch({ record, tree: null }, world.ctx, world.installerFor);
const contentOf = async (): Promise<string> => {
  const { content } = JSON.parse(await readFile(placesOf(record, world.ctx).record, 'utf8'));
  return content as string;
};

describe('a store', () => {
  it('holds what was installed, for everybody to read and nobody to write', async () => {
    await prepare();
    const modes: Record<string, string> = {};
    for (const path of [
      '.',
      'main.js',
      'node_modules',
      'node_modules/dep/bin/run',
      'node_modules/.bin/run',
    ]) {
      modes[path] = ((await lstat(join(store.tree, path))).mode & 0o7777).toString(8);
    }
    expect(modes).toEqual({
      '.': '555',
      'main.js': '444',
      node_modules: '555',
      'node_modules/dep/bin/run': '555',
      'node_modules/.bin/run': '777',
    });
    expect(((await lstat(store.folder)).mode & 0o7777).toString(8)).toBe('700');
    expect(await readdir(dirname(store.folder))).toHaveLength(1);
  });

  it('has a content manifest of sorted lines, and its digest is the content', async () => {
    await prepare();
    const manifest = await readFile(store.manifest, 'utf8');
    const sum = execFileSync('sha256sum', [store.manifest], { encoding: 'utf8' }).split(' ')[0];
    expect(await contentOf()).toBe(`sha256:${sum}`);
    const lines = manifest.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[3])).toEqual(
      lines.map((line) => line.split(' ')[3] as string).sort(),
    );
    expect(lines).toContain(
      '100444 21 ee3cf9bbd1cfdc27e2c02fc71e2e5f1cd1f1b9bd7a3b0ff5c0a5d2a7ab2d5a53 main.js'.replace(
        /[0-9a-f]{64}/,
        execFileSync('sha256sum', [join(store.tree, 'main.js')], { encoding: 'utf8' }).split(
          ' ',
        )[0] as string,
      ),
    );
    expect(lines).toContain('040555 0 - node_modules');
  });

  it('is installed once, and found again by another launch of the same package', async () => {
    expect((await prepare()).installed).toBe(true);
    expect((await prepare()).installed).toBe(false);
    const other = recordOf({ server: 'other', args: ['x'] });
    expect(await prepareLaunch({ record: other, tree: null }, world.ctx, world.installerFor)).toMatchObject({
      installed: false,
      findings: [],
    });
    expect(world.installs()).toBe(1);
  });

  it('is the same for two that install at once, and leaves nothing beside it', async () => {
    const both = await Promise.all([prepare(), prepare(), prepare()]);
    expect(new Set(both.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(dirname(store.folder))).toEqual([store.folder.split('/').at(-1)]);
    expect(readStore(store.folder, await contentOf()).kind).toBe('good');
  });

  it('has the same content wherever and whenever it is installed', async () => {
    await prepare();
    const first = await contentOf();
    const elsewhere = await makeWorld();
    try {
      await prepareLaunch({ record, tree: null }, elsewhere.ctx, elsewhere.installerFor);
      const { content } = JSON.parse(await readFile(placesOf(record, elsewhere.ctx).record, 'utf8'));
      expect(content).toBe(first);
    } finally {
      await elsewhere.home.remove();
    }
  });

  it('gets a file of its own where an installer linked one from a cache', async () => {
    const cache = join(world.home.folder, 'cached.js');
    await writeFile(cache, 'cached\n');
    const installer = await world.installerFor();
    await prepareLaunch({ record, tree: null }, world.ctx, async () => ({
      install: async (request, ctx) => {
        await link(cache, join(request.folder, 'linked.js'));
        return await installer.install(request, ctx);
      },
    }));
    expect((await lstat(join(store.tree, 'linked.js'))).nlink).toBe(1);
    expect((await lstat(cache)).mode & 0o777).not.toBe(0o444);
  });

  it.each<[string, Package['files'], string]>([
    [
      'a link to an absolute path',
      { 'a/b': { link: '/etc/passwd' } },
      '"a/b" in "npm:small@1.0.0" links to an absolute',
    ],
    [
      'a link outside',
      { 'a/b': { link: '../../..' } },
      '"a/b" in "npm:small@1.0.0" links to what is outside',
    ],
    [
      'a link through another one',
      { x: { link: 'a/b' }, 'a/b/c': '', 'a/b/d': { link: '../../x/../../../about' } },
      'd" in',
    ],
    ['a link to nothing', { 'a/b': { link: 'c' } }, '"a/b" in "npm:small@1.0.0" links to nothing'],
    ['a link to itself', { a: { link: 'a' } }, '"a" in "npm:small@1.0.0" links to nothing'],
    ['a name with a line end', { 'a\nb': '' }, 'has a name with control characters'],
  ])('takes no package with %s', async (_what, files, message) => {
    world.publish({ files: { ...SMALL.files, ...files } });
    await expect(prepare()).rejects.toThrow(
      expect.objectContaining({ code: 'LAUNCH_CONTENT', message: expect.stringContaining(message) }),
    );
    expect(await readdir(storesFolder(world.ctx.folders.data))).toEqual([]);
  });

  it('takes no package with a pipe in it', async () => {
    const installer = await world.installerFor();
    const preparing = prepareLaunch({ record, tree: null }, world.ctx, async () => ({
      install: async (request, ctx) => {
        execFileSync('mkfifo', [join(request.folder, 'pipe')]);
        return await installer.install(request, ctx);
      },
    }));
    await expect(preparing).rejects.toThrow(expect.objectContaining({ code: 'LAUNCH_CONTENT' }));
  });

  it('is not there when an installer fails, and nothing else is', async () => {
    const preparing = prepareLaunch({ record, tree: null }, world.ctx, async () => ({
      install: async ({ folder }) => {
        await writeFile(join(folder, 'half'), '');
        throw new Error('no network');
      },
    }));
    await expect(preparing).rejects.toThrow('no network');
    expect(await readdir(storesFolder(world.ctx.folders.data))).toEqual([]);
    await expect(lstat(placesOf(record, world.ctx).record)).rejects.toThrow('ENOENT');
  });

  it('sweeps what dead processes left, and leaves what living ones do', async () => {
    const stores = storesFolder(world.ctx.folders.data);
    await mkdir(stores, { recursive: true, mode: 0o700 });
    const ours = await stagingPlace(stores, world.ctx);
    const gone = ours.replace(`.${process.pid}.`, '.4194305.');
    const ofEarlierBoot = ours.replace(/(\.staging\.[0-9a-f]+\.)[0-9a-f]+-/, '$1000000000000-');
    const ofAnotherMachine = gone.replace(/\.staging\.[0-9a-f]+\./, '.staging.000000000000.');
    for (const folder of [ours, gone, ofEarlierBoot, ofAnotherMachine]) {
      await mkdir(join(folder, 'tree/sealed'), { recursive: true });
      await chmod(join(folder, 'tree/sealed'), 0o555);
    }
    await prepare();
    const left = (await readdir(stores)).filter((name) => name.startsWith('.'));
    expect(left.map((name) => join(stores, name)).sort()).toEqual([ours, ofAnotherMachine].sort());
  });
});

/** What somebody does to a store, each with what a full look calls it. */
const edits: readonly (readonly [string, (tree: string) => Promise<unknown>, string | null])[] = [
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

async function unlocked(file: string, edit: (file: string) => Promise<unknown>): Promise<void> {
  await chmod(file, 0o644);
  await edit(file);
  await chmod(file, 0o444);
}

async function opened(folder: string, edit: (folder: string) => Promise<unknown>): Promise<void> {
  await chmod(folder, 0o755);
  await edit(folder);
  await chmod(folder, 0o555);
}

describe('when somebody', () => {
  it.each(edits)('%s, a cheap look is unsure and a full one sees it', async (_what, edit, where) => {
    await prepare();
    const content = await contentOf();
    expect(lookAtStore(store, content, 'everything')).toBe('good');
    expect(lookAtStore(store, content, 'what runs')).toBe('good');
    await edit(store.tree);
    expect(lookAtStore(store, content, 'everything')).toBe('unsure');
    expect(lookAtStore(store, content, 'what runs')).toBe('unsure');
    const state = readStore(store.folder, content);
    if (where === null) {
      expect(state.kind).toBe('good');
      // Stamps as new as the clock's last tick are not kept; the next full look has them.
      await vi.waitFor(() => {
        expect(readStore(store.folder, content).kind).toBe('good');
        expect(lookAtStore(store, content, 'everything')).toBe('good');
      });
      return;
    }
    if (state.kind !== 'tampered') throw new Error(`it was ${state.kind}`);
    expect(state.hashed.where).toContain(where);
    expect(state.hashed.found).not.toBe(content);
    expect(lookAtStore(store, content, 'everything')).toBe('unsure');
  });

  it.each(edits.filter(([, , where]) => where !== null))(
    '%s, the next apply replaces the store and says so',
    async (_what, edit) => {
      await prepare();
      const content = await contentOf();
      await edit(store.tree);
      const { installed, findings } = await prepare();
      expect(installed).toBe(true);
      expect(findings).toMatchObject([
        { code: 'LAUNCH_REPLACED', severity: 'warning', message: expect.stringContaining(content) },
      ]);
      expect(await contentOf()).toBe(content);
      expect(lookAtStore(store, content, 'everything')).toBe('good');
      expect(await readdir(dirname(store.folder))).toHaveLength(1);
      expect((await prepare()).findings).toEqual([]);
    },
  );

  it('edits what the list of hashes says too, it is seen all the same', async () => {
    await prepare();
    const content = await contentOf();
    await unlocked(join(store.tree, 'main.js'), (file) => appendFile(file, '//'));
    await writeFile(store.manifest, (await readFile(store.manifest, 'utf8')).replace('main.js', 'nain.js'));
    expect(readStore(store.folder, content)).toMatchObject({
      kind: 'tampered',
      hashed: { where: 'the list of their hashes was changed as well' },
    });
    expect((await prepare()).findings).toHaveLength(1);
  });

  it.each(['stamps', 'about', 'manifest'] as const)(
    'takes away or spoils the %s, a start is as safe',
    async (name) => {
      await prepare();
      const content = await contentOf();
      await writeFile(store[name], 'spoilt');
      expect((await prepare()).installed).toBe(name === 'about');
      expect(lookAtStore(store, content, 'everything')).toBe('good');
      await rm(store[name]);
      expect((await prepare()).installed).toBe(name === 'about');
      expect(lookAtStore(store, content, 'everything')).toBe('good');
    },
  );

  it('writes stamps for other files, they are not believed', async () => {
    await prepare();
    const content = await contentOf();
    const stamps = await readFile(store.stamps);
    await writeFile(store.stamps, stamps.subarray(0, stamps.length - 40));
    expect(lookAtStore(store, content, 'everything')).toBe('unsure');
    const other = recordOf({ pin: { package: 'npm:other@1.0.0' } });
    world.publish({ files: { ...SMALL.files, 'main.js': 'other' } });
    await prepareLaunch({ record: other, tree: null }, world.ctx, world.installerFor);
    await writeFile(store.stamps, await readFile(placesOf(other, world.ctx).store.stamps));
    expect(lookAtStore(store, content, 'everything')).toBe('unsure');
  });

  it('lets others write to its folder, nothing of it is believed unhashed', async () => {
    await prepare();
    await chmod(store.folder, 0o777);
    expect(lookAtStore(store, await contentOf(), 'everything')).toBe('unsure');
  });

  it('edits what no runtime loads, a start does not look, and apply does', async () => {
    await prepare();
    const content = await contentOf();
    await unlocked(join(store.tree, 'node_modules/dep/index.d.ts'), (file) => appendFile(file, '//'));
    expect(lookAtStore(store, content, 'everything')).toBe('unsure');
    expect(lookAtStore(store, content, 'what runs')).toBe('good');
    const { findings } = await prepare();
    expect(findings[0]?.message).toContain('"node_modules/dep/index.d.ts" was changed');
  });
});
