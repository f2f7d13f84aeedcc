import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchesFolder, storesFolder } from '../../src/launch/places.ts';
import { isPrepared, prepareLaunch } from '../../src/launch/prepare-launch.ts';
import { restoreStore } from '../../src/launch/restore-store.ts';
import type { LaunchRecord } from '../../src/model/launch.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { makeWorld, placesOf, recordOf, SMALL, type World } from './world.ts';

const treeText = 'all that it depends on\n';
const tree = `sha256:${createHash('sha256').update(treeText).digest('hex')}`;
const record = recordOf({ pin: { package: 'npm:small@1.0.0', integrity: 'sha512-AAAA', tree } });
let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.home.remove());

const prepare = (which: LaunchRecord = record, text: string | null = treeText) =>
  prepareLaunch({ record: which, tree: text }, world.ctx, world.installerFor);
const files = () => placesOf(record, world.ctx);
const identity = async (path: string): Promise<string> => {
  const { ino, mtimeMs } = await lstat(path);
  return `${ino} ${mtimeMs}`;
};

describe('preparing a launch', () => {
  it('writes what a start reads, for nobody else to read or write', async () => {
    const { id } = await prepare();
    expect(id).toBe(files().id);
    expect(JSON.parse(await readFile(files().record, 'utf8'))).toEqual({
      record,
      content: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      program: { kind: 'node', file: 'main.js' },
    });
    expect(await readFile(files().tree, 'utf8')).toBe(treeText);
    for (const path of [files().record, files().tree]) expect((await lstat(path)).mode & 0o777).toBe(0o600);
    for (const folder of [launchesFolder, storesFolder]) {
      expect((await lstat(folder(world.ctx.folders.data))).mode & 0o777).toBe(0o700);
    }
    expect(await isPrepared(id, world.ctx)).toBe(true);
  });

  it('again touches nothing', async () => {
    await prepare();
    const before = await Promise.all([files().record, files().tree, files().store.stamps].map(identity));
    expect(await prepare()).toMatchObject({ installed: false, findings: [] });
    expect(await Promise.all([files().record, files().tree, files().store.stamps].map(identity))).toEqual(
      before,
    );
  });

  it('writes a record again that somebody changed', async () => {
    await prepare();
    const good = await readFile(files().record, 'utf8');
    await writeFile(files().record, good.replace('main.js', 'evil.js'));
    await prepare();
    expect(await readFile(files().record, 'utf8')).toBe(good);
    await chmod(files().record, 0o666);
    await prepare();
    expect((await lstat(files().record)).mode & 0o777).toBe(0o600);
  });

  it('takes the text of the dependencies with any line ends, and no other text', async () => {
    await prepare(record, treeText.replaceAll('\n', '\r\n'));
    for (const text of ['something else\n', null]) {
      await expect(prepare(record, text)).rejects.toThrow(
        expect.objectContaining({ code: 'RESOLVE_INTEGRITY', message: expect.stringContaining(tree) }),
      );
    }
  });

  it.each([
    ['the one the manifest names', 'b', { a: 'a.js', b: 'b.js' }, null, 'b.js'],
    ['the main one', null, { a: 'a.js', b: 'b.js' }, 'a', 'a.js'],
  ])('chooses %s of several programs', async (_what, bin, byName, main, expected) => {
    const programs = Object.fromEntries(
      Object.entries(byName).map(([name, file]) => [name, { kind: 'node', file } as const]),
    );
    world.publish({ ...SMALL, programs, main });
    const which = { ...record, bin };
    await prepare(which);
    expect(JSON.parse(await readFile(placesOf(which, world.ctx).record, 'utf8')).program.file).toBe(expected);
  });

  it.each([
    ['which one is not said', null, { a: 'a.js', b: 'b.js' }, '"npm:small@1.0.0" has "a", "b"'],
    ['there is none', null, {}, '"npm:small@1.0.0" has no program'],
    ['there is none of that name', 'toString', { a: 'a.js' }, 'has no program "toString": it has "a"'],
  ])('fails when %s, and writes no record', async (_what, bin, byName, message) => {
    const programs = Object.fromEntries(
      Object.entries(byName).map(([name, file]) => [name, { kind: 'node', file } as const]),
    );
    world.publish({ ...SMALL, programs, main: null });
    const which = { ...record, bin };
    await expect(prepare(which)).rejects.toThrow(
      expect.objectContaining({ code: 'LAUNCH_PROGRAM', message: expect.stringContaining(message) }),
    );
    await expect(lstat(placesOf(which, world.ctx).record)).rejects.toThrow('ENOENT');
  });

  it('fails with a code when its folders cannot be made', async () => {
    await mkdir(world.ctx.folders.data, { recursive: true });
    await writeFile(storesFolder(world.ctx.folders.data), 'a file where the folder would be');
    await expect(prepare()).rejects.toThrow(expect.objectContaining({ code: 'LAUNCH_STORE' }));
  });

  it('puts nothing into a folder that others can write to', async () => {
    await mkdir(storesFolder(world.ctx.folders.data), { recursive: true });
    await chmod(storesFolder(world.ctx.folders.data), 0o777);
    await expect(prepare()).rejects.toThrow(
      expect.objectContaining({ code: 'LAUNCH_STORE', message: expect.stringContaining('other users') }),
    );
  });
});

describe('whether a launch is prepared', () => {
  it.each([
    ['of an id that is none', () => '../../x'],
    ['of one that nobody prepared', () => `files-${'0'.repeat(32)}`],
  ])('is told %s: no', async (_what, id) => {
    await prepare();
    expect(await isPrepared(id(), world.ctx)).toBe(false);
  });

  it('is no when the store has gone, or the record was changed', async () => {
    const { id } = await prepare();
    await writeFile(files().record, '{}');
    expect(await isPrepared(id, world.ctx)).toBe(false);
    await prepare();
    await rm(files().store.manifest);
    expect(await isPrepared(id, world.ctx)).toBe(false);
  });

  it('asks the system it is given, which need not be this machine', async () => {
    const { id } = await prepare();
    expect(await isPrepared(id, { ...world.ctx, system: memorySystem() })).toBe(false);
    expect(await isPrepared(id, { ...world.ctx, system: readOnly(world.ctx.system, []) })).toBe(true);
  });
});

describe('a store that has gone', () => {
  const restore = () => restoreStore(files().id, world.ctx, world.installerFor);

  beforeEach(async () => {
    await prepare();
    await world.ctx.system.files.rename(files().store.folder, `${world.home.folder}/gone`);
  });

  it('comes back as it was, from the record alone', async () => {
    await restore();
    expect(await isPrepared(files().id, world.ctx)).toBe(true);
    expect(await prepare()).toMatchObject({ installed: false, findings: [] });
  });

  it('is refused when it comes back with other files', async () => {
    const { content } = JSON.parse(await readFile(files().record, 'utf8'));
    world.publish({ files: { ...SMALL.files, 'main.js': 'other' } });
    await expect(restore()).rejects.toThrow(
      expect.objectContaining({ code: 'LAUNCH_TAMPERED', message: expect.stringContaining(content) }),
    );
  });

  it('is refused when the record starts another program', async () => {
    const text = await readFile(files().record, 'utf8');
    await writeFile(files().record, text.replace('main.js', 'package.json'));
    await expect(restore()).rejects.toThrow(
      expect.objectContaining({
        code: 'LAUNCH_REFUSED',
        message: expect.stringContaining('another program'),
      }),
    );
  });

  it('is refused when the text of its dependencies was changed', async () => {
    await writeFile(files().tree, 'something else\n');
    await expect(restore()).rejects.toThrow(expect.objectContaining({ code: 'RESOLVE_INTEGRITY' }));
    expect(world.installs()).toBe(1);
  });
});
