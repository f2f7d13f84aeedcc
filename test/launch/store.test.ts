import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, link, lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreFiles } from '../../src/launch/check-store.ts';
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
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
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
    expect(await contentOf()).toBe(`sha256:${sha256(manifest)}`);
    const lines = manifest.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[3])).toEqual(
      lines.map((line) => line.split(' ')[3] as string).sort(),
    );
    const main = await readFile(join(store.tree, 'main.js'), 'utf8');
    expect(lines).toContain(`100444 ${main.length} ${sha256(main)} main.js`);
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
