import { describe, expect, it } from 'vitest';
import type { SourceIdentity } from '../../src/model/inventory.ts';
import { stateFolder } from '../../src/state/folder.ts';
import { assertSameConfigs, hasSameFiles, isSameSource } from '../../src/state/identity.ts';
import { ensureKey, keyFile, loadKey } from '../../src/state/machine-key.ts';
import { readState } from '../../src/state/read-state.ts';
import { openRun } from '../../src/state/run.ts';
import { type MemoryOptions, memorySystem } from '../../src/system/memory.ts';
import { asker, contextOn, entryOf, folder, folders, home } from './machine.ts';

const request = { ...asker, command: 'mcpform apply' };

/** Books that were written on the machine as it is by default, looked at from another. */
async function booksSeenFrom(identity: NonNullable<MemoryOptions['identity']>) {
  const system = memorySystem({ tree: { [`${home}/`]: '' } });
  const run = await openRun(folder, request, contextOn(system).ctx);
  await run.journal.end([{ operation: 'o', address: 'a/1', result: 'done', entry: entryOf('a/1') }]);
  await run.commit({ configs: { 'claude-code': `${home}/.claude.json` } });
  await run.release();
  const other = memorySystem({ disk: system.disk, identity: { pid: 200, startTime: '200', ...identity } });
  return { ctx: contextOn(other).ctx, system: other, inventory: run.inventory };
}

const source: SourceIdentity = { remote: 'https://git.example/tools', root: '/r', files: ['mcp.yaml'] };

describe('where the books of a stack are', () => {
  it('is a folder per stack, and per root when its targets are folders', () => {
    const of = { stack: 'tools', root: '/home/ann/tools', hasFolderTargets: false };
    expect(stateFolder(of, { folders })).toBe(`${folders.state}/tools`);
    const here = stateFolder({ ...of, hasFolderTargets: true }, { folders });
    expect(here).toMatch(/\/mcpform\/tools-[0-9a-f]{12}$/);
    expect(stateFolder({ ...of, root: '/elsewhere', hasFolderTargets: true }, { folders })).not.toBe(here);
  });

  it('is never where the machine key is, whatever the stack is called', () => {
    const names = ['key', 'machine', 'machine-key'];
    for (const stack of names) {
      expect(stateFolder({ stack, root: '/', hasFolderTargets: false }, { folders })).not.toBe(
        keyFile({ folders }),
      );
    }
  });
});

describe('the source of a stack', () => {
  it.each<[string, Partial<SourceIdentity>, boolean]>([
    ['the same', {}, true],
    ['another clone of the same remote', { root: '/other' }, true],
    ['other files of the same source', { files: ['other.yaml'] }, true],
    ['the same folder, before it had a remote', { remote: null }, true],
    [
      'a foreign repository with the same stack name',
      { remote: 'https://git.example/evil', root: '/x' },
      false,
    ],
    ['a foreign repository in the very same folder', { remote: 'https://git.example/evil' }, false],
    ['a folder elsewhere without a remote', { remote: null, root: '/x' }, false],
  ])('%s', (_name, other, same) => {
    expect(isSameSource(source, { ...source, ...other })).toBe(same);
    expect(isSameSource({ ...source, ...other }, source)).toBe(same);
  });

  it('without a remote is what it is by its place', () => {
    const local = { ...source, remote: null };
    expect(isSameSource(local, local)).toBe(true);
    expect(isSameSource(local, { ...local, root: '/moved' })).toBe(false);
  });

  it('tells whether the set of files is the same', async () => {
    const { inventory } = await booksSeenFrom({});
    expect(hasSameFiles(inventory, asker.source)).toBe(true);
    expect(hasSameFiles(inventory, { ...asker.source, files: ['mcp.yaml', 'more.yaml'] })).toBe(false);
  });
});

describe('books of another', () => {
  it.each<[string, { machineId?: string; uid?: number }, string, string]>([
    ['machine', { machineId: 'machine-2' }, 'STATE_OTHER_MACHINE', 'state rebuild'],
    ['user', { uid: 0 }, 'STATE_OTHER_USER', '--state-dir'],
  ])('%s stop with the way out', async (_name, identity, code, wayOut) => {
    const { ctx, system } = await booksSeenFrom(identity);
    if (identity.uid === 0) {
      await system.files.changeOwner(folder, 0, 0);
      await system.files.changeOwner(home, 0, 0);
    }
    const stop = { code, hint: expect.stringContaining(wayOut) };
    await expect(readState(folder, asker, ctx)).rejects.toMatchObject(stop);
    await expect(openRun(folder, request, ctx)).rejects.toMatchObject(stop);
    // Listing them is allowed, whosever they are.
    expect((await readState(folder, null, ctx)).inventory?.entries).toHaveProperty('a/1');
  });

  it('source stop, name both, and say what to do when the folder was moved', async () => {
    const { ctx } = await booksSeenFrom({});
    const evil = { ...asker, source: { ...asker.source, remote: 'https://git.example/evil' } };
    const stop = { code: 'STATE_OTHER_SOURCE', hint: expect.stringContaining('state mv') };
    await expect(readState(folder, evil, ctx)).rejects.toMatchObject(stop);
    await expect(readState(folder, evil, ctx)).rejects.toThrow(
      'stack "tools" is managed from "https://git.example/tools", and this is "https://git.example/evil"',
    );
    await expect(openRun(folder, { ...request, ...evil }, ctx)).rejects.toMatchObject(stop);
  });

  it('key stop: nothing in them could be compared', async () => {
    const { ctx } = await booksSeenFrom({});
    const other = { ...ctx, digest: (text: string) => `other ${text}` };
    await expect(readState(folder, asker, other)).rejects.toMatchObject({ code: 'STATE_OTHER_KEY' });
  });

  it('client config stop, and one that was not known before does not', async () => {
    const { inventory } = await booksSeenFrom({});
    const stop = { code: 'STATE_OTHER_CONFIG', hint: expect.stringContaining('state rebuild') };
    expect(() => assertSameConfigs(inventory, { 'claude-code': '/elsewhere.json' })).toThrow(
      expect.objectContaining(stop),
    );
    assertSameConfigs(inventory, { 'claude-code': `${home}/.claude.json`, other: '/new' });
  });
});

describe('root', () => {
  const asRoot = (tree: string) => memorySystem({ tree: { [tree]: '' }, identity: { uid: 0 } });

  it('is refused in the home of another user', async () => {
    const system = asRoot(`${home}/`);
    await system.files.changeOwner(home, 1000, 1000);
    const { ctx } = contextOn(system);
    await expect(openRun(folder, request, ctx)).rejects.toMatchObject({ code: 'STATE_FOREIGN_HOME' });
    expect(await system.files.list(home)).toEqual([]);
  });

  it('makes no key there either', async () => {
    const system = asRoot(`${home}/`);
    await system.files.changeOwner(home, 1000, 1000);
    await expect(ensureKey(contextOn(system).ctx)).rejects.toMatchObject({ code: 'STATE_FOREIGN_HOME' });
    expect(await system.files.list(home)).toEqual([]);
  });

  it('is at home in its own', async () => {
    const run = await openRun(folder, request, contextOn(asRoot(`${home}/`)).ctx);
    await run.release();
  });
});

describe('a state folder', () => {
  it.each([
    [
      'that others can write',
      async (f: ReturnType<typeof memorySystem>) => f.files.changeMode(folder, 0o770),
    ],
    ['of another user', async (f: ReturnType<typeof memorySystem>) => Object.assign(f, await given(f))],
  ])('%s is refused', async (_name, spoil) => {
    const system = memorySystem({ tree: { [`${folder}/`]: '' } });
    await spoil(system);
    await expect(openRun(folder, request, contextOn(system).ctx)).rejects.toMatchObject({
      code: 'STATE_FOLDER_UNSAFE',
    });
    await expect(readState(folder, asker, contextOn(system).ctx)).rejects.toMatchObject({
      code: 'STATE_FOLDER_UNSAFE',
    });
  });

  async function given(system: ReturnType<typeof memorySystem>) {
    const root = memorySystem({ disk: system.disk, identity: { uid: 0 } });
    await root.files.changeOwner(folder, 0, 0);
    return {};
  }
});

describe('the machine key', () => {
  it('is made once, private, and agreed upon by two who make it at the same time', async () => {
    const system = memorySystem({ tree: { [`${home}/`]: '' } });
    const { ctx } = contextOn(system);
    expect(await loadKey(ctx)).toBeNull();
    const keys = await Promise.all([ensureKey(ctx), ensureKey(ctx), ensureKey(ctx)]);
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect((await system.files.stat(keyFile(ctx))).mode).toBe(0o600);
    expect(await ensureKey(ctx)).toEqual(keys[0]);
    expect(await system.files.list(folders.state)).toEqual(['machine.key']);
  });

  it('that was damaged is not silently replaced', async () => {
    const system = memorySystem({ tree: { [`${folders.state}/machine.key`]: 'short' } });
    await expect(ensureKey(contextOn(system).ctx)).rejects.toMatchObject({ code: 'STATE_KEY_CORRUPT' });
  });
});
