import { appendFile, chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lookAtStore, type StoreFiles } from '../../src/launch/check-store.ts';
import { prepareLaunch } from '../../src/launch/prepare-launch.ts';
import { readStore } from '../../src/launch/store.ts';
import { EDITS, unlocked } from './edits.ts';
import { makeWorld, placesOf, recordOf, SMALL, type World } from './world.ts';

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

describe('when somebody', () => {
  it.each(EDITS)('%s, a cheap look is unsure and a full one sees it', async (_what, edit, where) => {
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

  it.each(EDITS.filter(([, , where]) => where !== null))(
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
