import { readFile, rm, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchId } from '../../src/graph/launch-id.ts';
import { launchFiles } from '../../src/launch/places.ts';
import { prepareRecord } from '../../src/launch/prepare-record.ts';
import { writeLaunchGrants } from '../../src/launch/secrets/write-grants.ts';
import { commandRecord, headersRecord, put } from './with-secrets.ts';
import { makeWorld, type World } from './world.ts';

const token = { backend: 'file', argument: '/srv/token' } as const;
let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.home.remove());

const script = (path: string) => put(world, path, '#!/bin/sh\n', 0o755);
const withPath = (...folders: readonly string[]) => ({
  ...world.ctx,
  env: { ...world.ctx.env, PATH: folders.join(delimiter) },
});
const written = async (record: Parameters<typeof launchId>[0]) => {
  const { record: file } = launchFiles(world.ctx.folders.data, launchId(record));
  return JSON.parse(await readFile(file, 'utf8'));
};

describe('the program of a command', () => {
  it('is the first on the PATH that can be executed, and no relative folder counts', async () => {
    await put(world, 'a/tool', 'no program');
    const second = await script('b/tool');
    await script('c/tool');
    const folders = ['a', 'b', 'c'].map((name) => join(world.home.folder, name));
    const record = commandRecord('tool', { token });
    await prepareRecord(record, withPath('', '.', 'bin', ...folders));
    expect(await written(record)).toEqual({ record, file: second });
  });

  it('stays the one that was approved, until it is gone', async () => {
    const first = await script('a/tool');
    const second = await script('b/tool');
    const record = commandRecord('tool', { token });
    await prepareRecord(record, withPath(dirname(first)));
    await prepareRecord(record, withPath(dirname(second), dirname(first)));
    expect(await written(record)).toMatchObject({ file: first });
    await rm(first);
    await prepareRecord(record, withPath(dirname(second)));
    expect(await written(record)).toMatchObject({ file: second });
  });

  it('is found on Windows by its ending, and not by the script for another shell beside it', async () => {
    await script('a/npx');
    await script('a/npx.CMD');
    const record = commandRecord('npx', { token });
    const folder = join(world.home.folder, 'a');
    const env = { PATH: folder, PATHEXT: '.EXE;.CMD' };
    await prepareRecord(record, { ...world.ctx, platform: 'win32', env });
    expect(await written(record)).toMatchObject({ file: join(folder, 'npx.CMD') });
  });

  it('is a whole path as it is, also one that its variables make', async () => {
    const file = await script('a/tool');
    const record = commandRecord('x', { token }, { command: [{ env: 'WHERE' }, '/tool'] });
    await prepareRecord(record, { ...world.ctx, env: { WHERE: dirname(file) } });
    expect(await written(record)).toMatchObject({ file });
  });

  it.each(['tool', './tool', 'a/tool'])('is refused when "%s" is on no PATH', async (name) => {
    await script('project/tool');
    await script('project/a/tool');
    await script('b/a/tool');
    const failed = prepareRecord(commandRecord(name, { token }), withPath(join(world.home.folder, 'b')));
    await expect(failed).rejects.toMatchObject({ code: 'LAUNCH_PROGRAM' });
  });
});

it('writes records and grants for this user alone', async () => {
  const record = headersRecord('https://a.example.com/', { token });
  await writeLaunchGrants(record, new Set(['file:/srv/token', 'file:/srv/other']), world.ctx);
  await prepareRecord(record, world.ctx);
  const files = launchFiles(world.ctx.folders.data, launchId(record));
  for (const file of [files.record, files.grants]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await written(record)).toEqual({ record });
  const grants = JSON.parse(await readFile(files.grants, 'utf8'));
  expect(grants).toMatchObject({ formatVersion: 1, locators: ['file:/srv/token'] });
  expect(grants.settings).toMatchObject({ HOME: world.home.folder, PATH: world.home.env['PATH'] });
});
