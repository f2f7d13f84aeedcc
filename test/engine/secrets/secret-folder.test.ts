import { describe, expect, it } from 'vitest';
import { booksFolder, makeSecretFolder, secretFolder } from '../../../src/engine/secrets/secret-folder.ts';
import { sweepSecretFolders } from '../../../src/engine/secrets/sweep-secret-folders.ts';
import { SECRETS_SOURCE } from '../../../src/graph/secret-files.ts';
import type { Outcome } from '../../../src/model/event.ts';
import type { InventoryEntry } from '../../../src/model/inventory.ts';
import { digestLeaf } from '../../../src/model/leaves.ts';
import { SecretValue } from '../../../src/model/secret.ts';
import { type Call, faulty } from '../../../src/system/faulty.ts';
import { type MemoryOptions, type MemorySystem, memorySystem } from '../../../src/system/memory.ts';
import { contextOn, digest, entryOf } from '../../state/machine.ts';
import { failureOf } from '../../support/secret-canary.ts';

const ROOT = '/dev/shm/mcpform-1000/secrets';
const CANARY = 'canary-5f2e9c41d7';
const MEMORY: NonNullable<MemoryOptions['tree']> = {
  '/dev/shm/': '',
  '/proc/mounts': 'tmpfs /dev/shm tmpfs rw 0 0\n',
};

const machine = (tree: MemoryOptions['tree'] = {}): MemorySystem =>
  memorySystem({ tree: { ...MEMORY, ...tree }, identity: { uid: 1000 } });
const ctxOn = (system: MemorySystem) => contextOn(system).ctx;
const books = (lineage = 'line'): string => booksFolder(ROOT, lineage, { digest });
const folderWith = (values: Readonly<Record<string, string>>, object = 'tools.web', lineage = 'line') => {
  const files = new Map(Object.entries(values).map(([name, text]) => [name, new SecretValue(text)]));
  return secretFolder(books(lineage), { object, files }, { digest });
};
const make = (system: MemorySystem, values: Readonly<Record<string, string>>, object?: string) =>
  makeSecretFolder(folderWith(values, object), ROOT, ctxOn(system));

const isThere = async (system: MemorySystem, at: string): Promise<boolean> =>
  await system.files.stat(at).then(
    () => true,
    () => false,
  );

describe('the path of a folder of secrets', () => {
  it('is the same for the same values, and another for others, other names and other containers', () => {
    const { path } = folderWith({ a: 'x', b: 'y' });
    expect(folderWith({ b: 'y', a: 'x' }).path).toBe(path);
    const others = [
      folderWith({ a: 'x', b: 'z' }),
      folderWith({ a: 'x', c: 'y' }),
      folderWith({ a: 'x' }),
      folderWith({ a: 'x', b: 'y' }, 'tools.api'),
      folderWith({ a: 'x', b: 'y' }, 'tools.web', 'other line'),
    ].map((each) => each.path);
    expect(new Set([path, ...others]).size).toBe(6);
    expect(path).toMatch(/^\/dev\/shm\/mcpform-1000\/secrets\/[0-9a-f]{16}\/tools\.web\/[0-9a-f]{32}$/);
  });
});

describe('a folder of secrets', () => {
  it('has a file per secret that all may read, in folders that only we may enter', async () => {
    const system = machine();
    await make(system, { a: CANARY, b: 'two\nlines' });
    const { path } = folderWith({ a: CANARY, b: 'two\nlines' });
    expect(await system.files.list(path)).toEqual(['a', 'b']);
    expect((await system.files.read(`${path}/b`)).toString()).toBe('two\nlines');
    const modes = await Promise.all(
      [`${path}/a`, path, `${path}/..`, books(), ROOT, '/dev/shm/mcpform-1000'].map(
        async (each) => (await system.files.stat(each)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o444, 0o755, 0o700, 0o700, 0o700, 0o700]);
  });

  it('stays the folder that it is when it is made again, with what was lost or changed in it', async () => {
    const system = machine();
    await make(system, { a: CANARY, b: 'b' });
    const { path } = folderWith({ a: CANARY, b: 'b' });
    const { inode } = await system.files.stat(path);
    await system.files.remove(`${path}/a`);
    await system.files.remove(`${path}/b`);
    await system.files.create(`${path}/b`, 'forged', { mode: 0o600, sync: false });
    await make(system, { a: CANARY, b: 'b' });
    expect((await system.files.stat(path)).inode).toBe(inode);
    expect((await system.files.read(`${path}/a`)).toString()).toBe(CANARY);
    expect((await system.files.read(`${path}/b`)).toString()).toBe('b');
    expect((await system.files.stat(`${path}/b`)).mode & 0o777).toBe(0o444);
    expect([...(await system.files.list(path))].sort()).toEqual(['a', 'b']);
  });

  it('is whole after a run that was killed half-way', async () => {
    const system = machine();
    const { path } = folderWith({ a: CANARY });
    const draft = path.replace(/([^/]+)$/, '.$1.tmp');
    await system.files.makeFolder(draft, 0o700);
    await system.files.create(`${draft}/a`, 'can', { mode: 0o400, sync: false });
    await make(system, { a: CANARY });
    expect((await system.files.read(`${path}/a`)).toString()).toBe(CANARY);
    expect(await system.files.list(`${path}/..`)).toEqual([path.split('/').at(-1)]);
  });

  it('is not made through a link that somebody put there', async () => {
    const system = machine({ '/home/ann/x/': '', '/dev/shm/mcpform-1000': { link: '/home/ann/x' } });
    const { code } = await failureOf(make(system, { a: CANARY }));
    expect(code).toBe('SECRET_UNSAFE');
    expect(await system.files.list('/home/ann/x')).toEqual([]);
  });

  it('is not made, and nothing of it stays, where there is no room', async () => {
    const fault = ({ name }: Call) =>
      name === 'create' ? ({ kind: 'error', code: 'ENOSPC' } as const) : null;
    const system = faulty({ tree: MEMORY, identity: { uid: 1000 }, fault });
    const { code, message } = await failureOf(make(system, { a: CANARY }));
    expect(code).toBe('SECRET_FOLDER_FAILED');
    expect(message).toContain('cannot be made (ENOSPC)');
    expect(await isThere(system, folderWith({ a: CANARY }).path)).toBe(false);
  });

  it('is whole or not there, wherever its maker is killed, and whole after the next', async () => {
    const values = { a: CANARY, b: 'b' };
    const { path } = folderWith(values);
    let points = 0;
    for (let at = 1; ; at += 1) {
      const fault = ({ n }: Call) => (n === at ? ({ kind: 'crash', when: 'after' } as const) : null);
      const system = faulty({ tree: MEMORY, identity: { uid: 1000 }, fault });
      const isDone = await Promise.race([
        make(system, values).then(() => true),
        system.crashed.then(() => false),
      ]);
      const next = memorySystem({ disk: system.disk, identity: { uid: 1000 } });
      if (await isThere(next, path)) expect(await next.files.list(path)).toEqual(['a', 'b']);
      await make(next, values);
      expect(await next.files.list(path)).toEqual(['a', 'b']);
      expect((await next.files.read(`${path}/a`)).toString()).toBe(CANARY);
      if (isDone) break;
      points += 1;
    }
    expect(points).toBeGreaterThan(15);
  });

  it('is not made where others may enter', async () => {
    const system = machine({ '/dev/shm/mcpform-1000/': '' });
    await system.files.changeMode('/dev/shm/mcpform-1000', 0o755);
    const { code, hint } = await failureOf(make(system, { a: CANARY }));
    expect(code).toBe('SECRET_UNSAFE');
    expect(hint).toContain('remove it');
    expect(await system.files.list('/dev/shm/mcpform-1000')).toEqual([]);
  });
});

describe('folders that no container has', () => {
  const path = (values: Readonly<Record<string, string>>, object?: string) => folderWith(values, object).path;
  const entryWith = (source: string): InventoryEntry => ({
    ...entryOf('docker/container/web'),
    base: { [SECRETS_SOURCE]: digestLeaf(SECRETS_SOURCE, source, digest) },
  });
  const outcome = (address: string, result: Outcome['result']): Outcome =>
    ({ address, action: 'replace', result }) as Outcome;

  it('go, and those that one has stay', async () => {
    const system = machine();
    for (const [value, object] of [
      ['old', 'tools.web'],
      ['new', 'tools.web'],
      ['x', 'tools.api'],
    ] as const)
      await make(system, { a: value }, object);
    const entries = { 'docker/container/web': entryWith(path({ a: 'new' })) };
    const ctx = ctxOn(system);
    await sweepSecretFolders({ lineage: 'line', entries }, [outcome('docker/container/web', 'done')], ctx);
    expect(await isThere(system, path({ a: 'new' }))).toBe(true);
    expect(await isThere(system, path({ a: 'old' }))).toBe(false);
    expect(await system.files.list(books())).toEqual(['tools.web']);
    await sweepSecretFolders({ lineage: 'line', entries: {} }, [], ctx);
    expect(await system.files.list(ROOT)).toEqual([]);
  });

  it.each(['failed', 'rolledBack', 'skipped'] as const)(
    'stay while a step is %s: somebody may need them',
    async (result) => {
      const system = machine();
      await make(system, { a: 'old' });
      await make(system, { a: 'x' }, 'tools.api');
      const ctx = ctxOn(system);
      const outcomes = [outcome('docker@lab/container/web', result)];
      await sweepSecretFolders({ lineage: 'line', entries: {} }, outcomes, ctx);
      expect(await isThere(system, path({ a: 'old' }))).toBe(true);
      expect(await isThere(system, path({ a: 'x' }, 'tools.api'))).toBe(false);
    },
  );

  it('of other books are none of ours', async () => {
    const system = machine();
    await make(system, { a: 'old' });
    await sweepSecretFolders({ lineage: 'other', entries: {} }, [], ctxOn(system));
    expect(await isThere(system, path({ a: 'old' }))).toBe(true);
  });
});
