import { mkdtempSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Files } from '../../src/model/system.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { realSystem } from '../../src/system/real.ts';

const temporary = mkdtempSync(join(tmpdir(), 'mcpform-files-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
symlinkSync('target', join(temporary, 'link'));
symlinkSync('loop', join(temporary, 'loop'));

/** One contract, two disks. */
const disks: readonly (readonly [string, string, Files])[] = [
  ['the real disk', temporary, realSystem().files],
  [
    'the disk in memory',
    '/tmp/world',
    memorySystem({
      tree: { '/tmp/world/link': { link: 'target' }, '/tmp/world/loop': { link: 'loop' } },
      identity: { uid: 0 },
    }).files,
  ],
];

const once = { mode: 0o600, sync: true };
let counter = 0;

describe.each(disks)('%s', (_name, root, files) => {
  const fresh = (): string => {
    counter += 1;
    return `${root}/f${counter}`;
  };
  const text = async (path: string): Promise<string> => (await files.read(path)).toString();
  const codeOf = (run: Promise<unknown>): Promise<string> =>
    run.then(
      () => 'ok',
      (error: NodeJS.ErrnoException) => error.code ?? 'no code',
    );

  it('creates a file with its mode, and never over another', async () => {
    const path = fresh();
    await files.create(path, 'one', once);
    expect(await text(path)).toBe('one');
    expect(await files.stat(path)).toMatchObject({ kind: 'file', size: 3, mode: 0o600, links: 1 });
    expect(await codeOf(files.create(path, 'two', once))).toBe('EEXIST');
    expect(await text(path)).toBe('one');
  });

  it('appends, truncates and knows its size', async () => {
    const path = fresh();
    const file = await files.openAppend(path, 0o600);
    await file.append('abc');
    await file.append(Buffer.from('déf'));
    await file.sync();
    expect(file.size).toBe(7);
    await file.truncate(2);
    await file.append('!');
    await file.close();
    expect(await text(path)).toBe('ab!');
    const again = await files.openAppend(path, 0o600);
    expect(again.size).toBe(3);
    await again.close();
  });

  it('gives a second name to a file, if the name is free', async () => {
    const [from, to] = [fresh(), fresh()];
    await files.create(from, 'x', once);
    await files.link(from, to);
    expect((await files.stat(to)).links).toBe(2);
    expect((await files.stat(to)).inode).toBe((await files.stat(from)).inode);
    expect(await codeOf(files.link(from, to))).toBe('EEXIST');
    await files.remove(from);
    expect((await files.stat(to)).links).toBe(1);
  });

  it('renames over a file, and leaves two names of one file as they are', async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    await files.create(a, 'a', once);
    await files.create(b, 'b', once);
    await files.rename(a, b);
    expect(await text(b)).toBe('a');
    expect(await codeOf(files.stat(a))).toBe('ENOENT');
    expect((await files.stat(b)).links).toBe(1);
    await files.link(b, c);
    await files.rename(b, c);
    expect(await text(b)).toBe('a');
  });

  it('makes folders all the way, lists and removes them', async () => {
    const folder = fresh();
    await files.makeFolder(`${folder}/a/b`, 0o700);
    await files.makeFolder(`${folder}/a/b`, 0o700);
    expect(await files.stat(`${folder}/a`)).toMatchObject({ kind: 'folder', mode: 0o700 });
    expect(await files.list(folder)).toEqual(['a']);
    expect(await codeOf(files.removeFolder(`${folder}/a`))).toBe('ENOTEMPTY');
    await files.removeFolder(`${folder}/a/b`);
    await files.syncFolder(folder);
    expect(await codeOf(files.list(`${folder}/a/b`))).toBe('ENOENT');
  });

  it('moves a folder with all that is in it, but not over one that holds something', async () => {
    const [from, to] = [fresh(), fresh()];
    await files.makeFolder(from, 0o700);
    await files.create(`${from}/x`, 'x', once);
    await files.rename(from, to);
    expect(await text(`${to}/x`)).toBe('x');
    await files.makeFolder(from, 0o700);
    expect(await codeOf(files.rename(from, to))).toMatch(/ENOTEMPTY|EEXIST/);
  });

  it('makes an empty likeness of a file, which can then be filled', async () => {
    const [from, to] = [fresh(), fresh()];
    await files.create(from, 'secret', { mode: 0o600, sync: false });
    await files.changeMode(from, 0o640);
    await files.createLike(from, to);
    expect(await files.stat(to)).toMatchObject({ kind: 'file', size: 0, mode: 0o640 });
    await files.fill(to, 'new', { sync: true });
    expect(await text(to)).toBe('new');
    expect(await codeOf(files.createLike(from, to))).toBe('EEXIST');
  });

  it('follows links to read, looks at them without following, and notices circles', async () => {
    expect(await codeOf(files.read(`${root}/link`))).toBe('ENOENT');
    await files.create(`${root}/target`, 't', once);
    expect(await text(`${root}/link`)).toBe('t');
    expect((await files.stat(`${root}/link`)).kind).toBe('link');
    expect(await files.readLink(`${root}/link`)).toBe('target');
    expect(await files.realPath(`${root}/link`)).toBe(`${await files.realPath(root)}/target`);
    expect(await codeOf(files.openAppend(`${root}/link`, 0o600))).toBe('ELOOP');
    expect(await codeOf(files.read(`${root}/loop`))).toBe('ELOOP');
  });

  it.each([
    ['reading what is not there', 'ENOENT', (p: string) => files.read(p)],
    ['reading a folder', 'EISDIR', () => files.read(root)],
    ['removing what is not there', 'ENOENT', (p: string) => files.remove(p)],
    ['listing a file', 'ENOTDIR', () => files.list(`${root}/link`)],
    ['a file as a folder', 'ENOTDIR', () => files.create(`${root}/target/x`, '', once)],
    ['a folder over a file', 'EEXIST', () => files.makeFolder(`${root}/target`, 0o700)],
    ['reading the target of a file', 'EINVAL', () => files.readLink(`${root}/target`)],
    ['renaming what is not there', 'ENOENT', (p: string) => files.rename(p, `${p}x`)],
  ])('answers %s with %s', async (_what, code, run) => {
    expect(await codeOf(run(fresh()))).toBe(code);
  });
});

describe.runIf(process.platform === 'linux')('the likeness of a file on the real disk', () => {
  it('is made by a program that copies every attribute there is, times included', async () => {
    const { files } = realSystem();
    const from = join(temporary, 'attributes');
    await files.create(from, 'x', once);
    utimesSync(from, 1_000_000, 1_000_000);
    await files.createLike(from, `${from}.like`);
    expect((await files.stat(`${from}.like`)).modifiedMs).toBe(1_000_000_000);
  });
});
