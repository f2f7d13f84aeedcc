import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isErrno } from '../../src/model/error.ts';
import { missing } from '../support/pins.ts';
import { failsWith, type SourceBed, sourceBed, unheard } from './source-bed.ts';

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

describe('a source whose disk or repository is not as it should be', () => {
  let bed: SourceBed;
  const place = async (): Promise<string> => {
    const sources = join(bed.ctx.folders.cache, 'sources');
    return join(sources, (await readdir(sources))[0] as string);
  };
  const mirror = async (): Promise<string> => join(await place(), 'newest.git');

  beforeEach(async () => {
    bed = await sourceBed();
  });
  afterEach(() => bed.remove());

  it.each([
    ['without its objects', (folder: string) => rm(join(folder, 'objects/pack'), { recursive: true })],
    ['without its head', (folder: string) => rm(join(folder, 'HEAD'))],
    ['with an empty head', (folder: string) => truncate(join(folder, 'HEAD'))],
    ['without its refs', (folder: string) => rm(join(folder, 'refs'), { recursive: true })],
    ['with a broken configuration', (folder: string) => writeFile(join(folder, 'config'), '[core\n')],
    ['with packs that are cut off', cutPacks],
    ['with packs that are altered', alterPacks],
    ['that is locked by a Git that died', (folder: string) => writeFile(join(folder, 'shallow.lock'), '')],
    ['that is a file', (folder: string) => rm(folder, { recursive: true }).then(() => writeFile(folder, ''))],
  ])('has a mirror %s made anew, and never reads wrong content', async (_, damage) => {
    await bed.repository.commit({ 'mcp.yaml': 'one', a: 'a' });
    await bed.look();
    await damage(await mirror());
    const revision = await bed.look();
    expect(await bed.read(revision, 'mcp.yaml')).toBe('one');
    await damage(await mirror());
    const second = await bed.repository.commit({ 'mcp.yaml': 'two', a: 'a' });
    const source = await bed.open();
    const next = await source.look(null, unheard);
    expect([next.commit, await bed.read(next, 'mcp.yaml')]).toEqual([second, 'two']);
    await damage(await mirror());
    expect(await bed.read(next, 'a')).toBe('a');
    await source.close();
    expect((await readdir(await place())).sort()).toEqual(['home', 'newest.git', 'tree']);
  });

  it('keeps the mirror it has when a new one cannot be had, and does not try for ever', async () => {
    const first = await bed.repository.commit({ 'mcp.yaml': 'one' });
    await bed.look();
    // Its objects are gone, but for the refs.
    await rm(join(bed.repository.bare, 'objects'), { recursive: true });
    await mkdir(join(bed.repository.bare, 'objects'));
    const before = await stat(await mirror());
    await expect(bed.look('@main')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect((await stat(await mirror())).ino).toBe(before.ino);
    await bed.repository.git('push', '-q', '--force', 'origin', 'main').catch(() => undefined);
    await rm(bed.repository.bare, { recursive: true });
    await bed.repository.git('init', '-q', '--bare', '--initial-branch=main', bed.repository.bare);
    await bed.repository.push('main');
    expect((await bed.look()).commit).toBe(first);
  });

  it('says that the disk is full, and goes on when it is not any more', async (test) => {
    if (!isRoot) return test.skip(!missing('only root can make a small disk'));
    const disk = join(bed.ctx.folders.cache, 'sources');
    await mkdir(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=700', 'tmpfs', disk]);
    try {
      const small = await bed.repository.commit({ 'mcp.yaml': 'one' });
      const source = await bed.open();
      expect((await source.look(null, unheard)).commit).toBe(small);
      await bed.repository.commit({ 'mcp.yaml': 'two', noise: randomBytes(900_000).toString('base64') });
      await expect(source.look(null, unheard)).rejects.toMatchObject(
        failsWith('SOURCE_UNAVAILABLE', /No space left|ENOSPC/),
      );
      await expect(source.look(null, unheard)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        hint: expect.stringContaining('disk'),
      });
      const third = await bed.repository.commit({ 'mcp.yaml': 'three' });
      await bed.repository.git('checkout', '-q', '--orphan', 'fresh');
      await bed.repository.git('commit', '-q', '-m', 'small');
      await bed.repository.push('fresh:main');
      const last = await bed.repository.git('rev-parse', 'HEAD');
      expect(last).not.toBe(third);
      const revision = await source.look(null, unheard);
      expect([revision.commit, await bed.read(revision, 'mcp.yaml')]).toEqual([last, 'three']);
      await source.close();
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  });

  it('lets several look at once, in one process and in two places', async () => {
    const ids = new Map<string, string>();
    for (const name of ['a', 'b', 'c']) {
      ids.set(name, await bed.repository.commit({ 'mcp.yaml': name }, { branch: name }));
    }
    const seen = await Promise.all(
      ['a', 'b', 'c', 'a', 'b', 'c'].map(async (name) => {
        const revision = await bed.look(`@${name}`);
        return [name, revision.commit, await bed.read(revision, 'mcp.yaml')];
      }),
    );
    expect(seen).toEqual(['a', 'b', 'c', 'a', 'b', 'c'].map((name) => [name, ids.get(name), name]));
    expect((await readdir(await place())).sort()).toEqual(['home', 'newest.git', 'tree']);
  });

  it('keeps a mirror small through many fetches and rewrites', async () => {
    const source = await bed.open('', { minCommitAgeMs: 1 });
    for (let index = 0; index < 40; index += 1) {
      await bed.repository.commit({ 'mcp.yaml': `${index}` });
      await source.look(null, unheard);
    }
    const packs = await readdir(join(await place(), 'mirror.git/objects/pack'));
    expect(packs.length).toBeLessThan(40);
    await source.close();
  }, 120_000);

  it('says when its cache may not be used', async (test) => {
    if (process.getuid?.() === 0) {
      await writeFile(bed.ctx.folders.cache, 'a file');
    } else {
      await mkdir(bed.ctx.folders.cache, { mode: 0o500 });
      await chmod(bed.ctx.folders.cache, 0o500);
    }
    await bed.repository.commit({ 'mcp.yaml': 'x' });
    await expect(bed.look()).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE', /cache folder/));
    expect(test.task.name).toContain('cache');
  });

  it('lays a commit over the files of the machine, read-only', async () => {
    await bed.repository.commit({
      'mcp.yaml': 'x',
      'd/run.sh': '#!/bin/sh\n',
      link: { link: '/etc/passwd' },
      'l/x': { link: '..' },
    });
    const source = await bed.open();
    const { files, manifestFiles } = await source.look(null, unheard);
    const root = join(manifestFiles[0] as string, '..');
    const code = (run: Promise<unknown>): Promise<unknown> =>
      run.then(
        () => 'done',
        (error) => (isErrno(error, error.code) ? error.code : error),
      );
    expect(await files.list(root)).toEqual(['.git', 'd', 'l', 'link', 'mcp.yaml']);
    expect(await files.list(join(root, 'd'))).toEqual(['run.sh']);
    expect((await files.stat(join(root, 'd/run.sh'))).mode).toBe(0o100555);
    expect(await files.stat(join(root, 'd'))).toMatchObject({ kind: 'folder' });
    expect(await files.realPath(join(root, 'd/../mcp.yaml'))).toBe(join(root, 'mcp.yaml'));
    expect((await files.stat(join(root, 'link'))).kind).toBe('link');
    for (const path of ['link', 'l/x', 'l/x/mcp.yaml', 'link/x']) {
      expect([path, await code(files.read(join(root, path)))]).toEqual([path, 'ELOOP']);
      expect([path, await code(files.realPath(join(root, path)))]).toEqual([path, 'ELOOP']);
    }
    expect(await code(files.readLink(join(root, 'link')))).toBe('EINVAL');
    expect(await code(files.read(join(root, 'd')))).toBe('EISDIR');
    expect(await code(files.read(join(root, 'none')))).toBe('ENOENT');
    expect(await code(files.read(join(root, 'mcp.yaml/x')))).toBe('ENOTDIR');
    expect(await code(files.list(join(root, 'mcp.yaml')))).toBe('ENOTDIR');
    const new_ = join(root, 'new');
    const outside = join(bed.home.folder, 'outside');
    const writes = [
      files.create(new_, '', { mode: 0o600, sync: false }),
      files.openAppend(new_, 0o600),
      files.rename(outside, new_),
      files.rename(join(root, 'mcp.yaml'), outside),
      files.link(join(root, 'mcp.yaml'), outside),
      files.remove(join(root, 'mcp.yaml')),
      files.removeFolder(join(root, 'd')),
      files.makeFolder(new_, 0o700),
      files.changeMode(join(root, 'mcp.yaml'), 0o600),
      files.changeOwner(join(root, 'mcp.yaml'), 0, 0),
      files.createLike(outside, new_),
      files.fill(join(root, 'mcp.yaml'), '', { sync: false }),
    ];
    expect(new Set(await Promise.all(writes.map(code)))).toEqual(new Set(['EROFS']));
    await files.create(outside, 'real', { mode: 0o600, sync: false });
    expect((await files.read(outside)).toString()).toBe('real');
    expect(await code(files.read(`${root}x`))).toBe('ENOENT');
    files.watch(root, () => undefined).close();
    await source.close();
  });
});

async function packsOf(folder: string): Promise<readonly string[]> {
  const packs = join(folder, 'objects/pack');
  const found = (await readdir(packs))
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(packs, name));
  for (const pack of found) await chmod(pack, 0o600);
  return found;
}

async function cutPacks(folder: string): Promise<void> {
  for (const pack of await packsOf(folder)) await truncate(pack, 40);
}

async function alterPacks(folder: string): Promise<void> {
  for (const pack of await packsOf(folder)) {
    const { size } = await stat(pack);
    await writeFile(pack, Buffer.alloc(size, 7));
  }
}
