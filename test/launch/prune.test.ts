import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchesFolder, storesFolder } from '../../src/launch/places.ts';
import { isPrepared, prepareLaunch } from '../../src/launch/prepare-launch.ts';
import { pruneStore } from '../../src/launch/prune.ts';
import { makeWorld, placesOf, recordOf, type World } from './world.ts';

const kept = recordOf();
const sharing = recordOf({ server: 'sharing', args: ['x'] });
const other = recordOf({ server: 'other', pin: { package: 'npm:other@1.0.0' } });
let world: World;

beforeEach(async () => {
  world = await makeWorld();
  for (const record of [kept, sharing, other]) {
    await prepareLaunch({ record, tree: null }, world.ctx, world.installerFor);
  }
});
afterEach(() => world.home.remove());

const idOf = (record: typeof kept): string => placesOf(record, world.ctx).id;
const laterBy = (ms: number) => {
  const { system } = world.ctx;
  return { ...world.ctx, system: { ...system, clock: { ...system.clock, now: () => Date.now() + ms } } };
};
const prune = (...records: (typeof kept)[]) => pruneStore(new Set(records.map(idOf)), laterBy(3_700_000));

it('removes launches that nobody keeps, and stores that no kept one needs', async () => {
  expect(await prune(kept)).toEqual({
    launches: [idOf(other), idOf(sharing)].sort(),
    stores: [basename(placesOf(other, world.ctx).store.folder)],
  });
  expect(await isPrepared(idOf(kept), world.ctx)).toBe(true);
  expect(await readdir(launchesFolder(world.ctx.folders.data))).toEqual([`${idOf(kept)}.json`]);
  expect(await readdir(storesFolder(world.ctx.folders.data))).toHaveLength(1);
});

it('keeps a store as long as one launch needs it', async () => {
  expect((await prune(sharing, other)).stores).toEqual([]);
  expect(await isPrepared(idOf(sharing), world.ctx)).toBe(true);
});

it('removes all when nothing is kept, and nothing more the next time', async () => {
  expect((await prune()).stores).toHaveLength(2);
  expect(await readdir(storesFolder(world.ctx.folders.data))).toEqual([]);
  expect(await prune()).toEqual({ launches: [], stores: [] });
});

it('leaves what is new: another apply may be about to name it', async () => {
  const nothing = { launches: [], stores: [] };
  expect(await pruneStore(new Set(), laterBy(3_500_000))).toEqual(nothing);
  expect((await prune()).stores).toHaveLength(2);
});

it('does nothing where nothing was ever prepared', async () => {
  const fresh = await makeWorld();
  try {
    expect(await pruneStore(new Set(), fresh.ctx)).toEqual({ launches: [], stores: [] });
  } finally {
    await fresh.home.remove();
  }
});

it('removes no store while a kept record cannot be read', async () => {
  await writeFile(placesOf(kept, world.ctx).record, 'spoilt');
  const pruned = await prune(kept);
  expect(pruned).toEqual({ launches: [idOf(other), idOf(sharing)].sort(), stores: [] });
});

it('leaves stores of another kind of machine, which share the home', async () => {
  const { about, folder } = placesOf(other, world.ctx).store;
  const text = await readFile(about, 'utf8');
  await writeFile(about, text.replace(`"arch": "${process.arch}"`, '"arch": "riscv64"'));
  expect((await prune(kept)).stores).toEqual([]);
  expect(await readdir(storesFolder(world.ctx.folders.data))).toContain(basename(folder));
});
