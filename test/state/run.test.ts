import { describe, expect, it } from 'vitest';
import type { Begin, End } from '../../src/model/journal.ts';
import { stubFile } from '../../src/state/lineage-stub.ts';
import { readState } from '../../src/state/read-state.ts';
import { openRun, type Run } from '../../src/state/run.ts';
import { type FaultySystem, faulty } from '../../src/system/faulty.ts';
import { readOnly } from '../../src/system/read-only.ts';
import { asker, contextOn, entryOf, folder, folders, home, schemaErrors } from './machine.ts';

const request = { ...asker, command: 'mcpform apply' };
const machine = (): FaultySystem => faulty({ tree: { [`${home}/`]: '' } });
const open = (system: FaultySystem): Promise<Run> => openRun(folder, request, contextOn(system).ctx);
const text = async (system: FaultySystem, name: string): Promise<string> =>
  (await system.files.read(`${folder}/${name}`)).toString();

const add = (address: string, value?: string): End => ({
  ...{ operation: `add ${address} ${value}`, address, result: 'done' },
  entry: entryOf(address, value),
});
const begin = (address: string): Begin => {
  const { whole: _, ...record } = entryOf(address);
  const { provider, place, base } = record;
  return {
    operation: `add ${address}`,
    address,
    action: 'create',
    provider,
    place,
    before: null,
    after: base,
    record,
  };
};

/** A whole command that adds entries. */
async function apply(system: FaultySystem, ...addresses: readonly string[]): Promise<void> {
  const run = await open(system);
  await run.journal.end(addresses.map((address) => add(address)));
  await run.commit();
  await run.release();
}

describe('the books of a new stack', () => {
  it('are not there until something is recorded', async () => {
    const system = machine();
    const run = await open(system);
    expect(run.isNew).toBe(true);
    expect(run.inventory).toMatchObject({ serial: 0, stack: 'tools', entries: {} });
    await run.commit({ configs: { 'claude-code': `${home}/.claude.json` } });
    await run.release();
    expect(await system.files.list(folder)).toEqual([]);
    expect(await readState(folder, asker, contextOn(system).ctx)).toMatchObject({
      inventory: null,
      pending: [],
    });
  });

  it('are private, and hold who wrote them', async () => {
    const system = machine();
    await apply(system, 'claude-code/user/a');
    expect((await system.files.stat(folder)).mode).toBe(0o700);
    for (const name of await system.files.list(folder)) {
      expect((await system.files.stat(`${folder}/${name}`)).mode, name).toBe(0o600);
    }
    const inventory = JSON.parse(await text(system, 'inventory.json')) as object;
    expect(schemaErrors(inventory)).toEqual([]);
    expect(inventory).toMatchObject({ machineId: 'machine-1', uid: 1000, source: asker.source, serial: 1 });
    const stub = JSON.parse((await system.files.read(stubFile(folder, { folders }))).toString()) as object;
    expect(schemaErrors(stub, 'lineageStub')).toEqual([]);
  });
});

describe('a run', () => {
  it('adds one to the serial when the content changed, and else writes nothing at all', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const before = [
      await text(system, 'inventory.json'),
      await system.files.stat(`${folder}/inventory.json`),
    ];
    await apply(system);
    await apply(system, 'a/1');
    expect([
      await text(system, 'inventory.json'),
      await system.files.stat(`${folder}/inventory.json`),
    ]).toEqual(before);
    await apply(system, 'a/2');
    expect(JSON.parse(await text(system, 'inventory.json'))).toMatchObject({ serial: 2 });
    expect(JSON.parse(await text(system, 'inventory.previous.json'))).toMatchObject({ serial: 1 });
    expect(await text(system, 'journal.ndjson')).toBe('');
  });

  it('takes over what a killed one recorded and did not commit', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    await run.journal.begin([begin('a/2'), begin('a/3')]);
    await run.journal.end([{ ...add('a/2'), operation: 'add a/2' }]);
    const next = system.restart('power');
    const { ctx } = contextOn(next);
    const seen = await readState(folder, asker, ctx);
    expect(Object.keys(seen.inventory?.entries ?? {})).toEqual(['a/1', 'a/2']);
    expect(seen.inventory?.serial).toBe(2);
    expect(seen.pending.map(({ address }) => address)).toEqual(['a/3']);

    const again = await open(next);
    const ends: readonly End[] = [{ ...add('a/3'), operation: 'add a/3' }];
    expect(again.inventory).toEqual(seen.inventory);
    expect(again.pending).toEqual(seen.pending);
    await again.recover(ends);
    // A look that settles in memory only comes to the same books, to the serial.
    expect(seen.settledBy(ends)).toEqual(again.inventory);
    await again.commit();
    await again.release();
    expect(await text(next, 'journal.ndjson')).toBe('');
    expect((await readState(folder, asker, ctx)).inventory).toMatchObject({ serial: 2, appliedSeq: 4 });
  });

  it('keeps steps pending that it could not settle, over any number of commits', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    await run.journal.begin([begin('a/9')]);
    await run.commit();
    await run.journal.end([add('a/2')]);
    await run.commit();
    await run.journal.end([add('a/3')]);
    await run.commit();
    await run.release();
    const state = await readState(folder, asker, contextOn(system).ctx);
    expect(state.pending).toEqual([begin('a/9')]);
    expect(Object.keys(state.inventory?.entries ?? {})).toEqual(['a/1', 'a/2', 'a/3']);
    const next = await open(system.restart('power'));
    expect(next.pending).toEqual([begin('a/9')]);
  });

  it('cuts off what a crash left half-written, and goes on after it', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    await run.journal.end([add('a/2')]);
    const log = await system.files.openAppend(`${folder}/journal.ndjson`, 0o600);
    await log.append('{"length":99999,"crc":"0');
    const next = system.restart('kill');
    const again = await open(next);
    await again.journal.end([add('a/3')]);
    await again.release();
    const { inventory } = await readState(folder, asker, contextOn(next).ctx);
    expect(Object.keys(inventory?.entries ?? {})).toEqual(['a/1', 'a/2', 'a/3']);
  });

  it('keeps source, configs and hold, and lets go of a hold', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    const source = { ...asker.source, files: ['mcp.yaml', 'laptop.yaml'] };
    await run.commit({ source, configs: { 'claude-code': '/c' }, hold: { generation: 3, reason: 'broken' } });
    expect(run.inventory).toMatchObject({ serial: 2, source, hold: { generation: 3 } });
    await run.commit({ configs: { other: '/o' } });
    expect(run.inventory).toMatchObject({ serial: 3, configs: { 'claude-code': '/c', other: '/o' } });
    await run.commit({ hold: null });
    expect(run.inventory.hold).toBeUndefined();
    expect(run.inventory.serial).toBe(4);
  });

  it('is alone: another one is told who is at work', async () => {
    const system = machine();
    const run = await open(system);
    await expect(open(system)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    await run.release();
    await (await open(system)).release();
  });

  it('gives the lock back when the books turn out to be somebody else’s', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const other = openRun(folder, { ...request, stack: 'other' }, contextOn(system).ctx);
    await expect(other).rejects.toMatchObject({ code: 'STATE_OTHER_SOURCE' });
    expect(await system.files.list(folder)).not.toContain('lock');
  });
});

describe('a look at the state', () => {
  it('writes nothing and takes no lock, while an apply is at work', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    await run.journal.end([add('a/2')]);
    const looking = { ...contextOn(system).ctx, system: readOnly(system, []) };
    const { inventory } = await readState(folder, asker, looking);
    expect(Object.keys(inventory?.entries ?? {})).toEqual(['a/1', 'a/2']);
  });

  it('loses nothing when a commit happens between its two reads', async () => {
    const start = machine();
    await apply(start, 'a/1');
    const moments: FaultySystem[] = [];
    const system = start.fork('kill', {
      fault: () => {
        moments.push(system.fork('kill'));
        return null;
      },
    });
    await apply(system, 'a/2');
    const isRecorded = async (at: FaultySystem): Promise<boolean> =>
      (await text(at, 'journal.ndjson')).includes('a/2') ||
      (await text(at, 'inventory.json')).includes('a/2');
    let looks = 0;
    for (const [index, early] of moments.entries()) {
      if (!(await isRecorded(early))) continue;
      for (const late of moments.slice(index)) {
        const read = (path: string) => (path.endsWith('.ndjson') ? early : late).files.read(path);
        const files = new Proxy(late.files, {
          get: (of, name) => (name === 'read' ? read : Reflect.get(of, name)),
        });
        const { inventory } = await readState(folder, asker, contextOn({ ...late, files }).ctx);
        expect(Object.keys(inventory?.entries ?? {})).toEqual(['a/1', 'a/2']);
        looks += 1;
      }
    }
    expect(looks).toBeGreaterThan(50);
  });
});

describe('missing or damaged books', () => {
  it.each<[string, string | null]>([
    ['an empty inventory', ''],
    ['a cut one', '{\n"checksum": "sha256:'],
    ['one with a changed byte', 'changed'],
    ['rubbish', 'x'],
    ['a JSON that is not ours', '{"formatVersion":1}'],
  ])('%s is a hard error that names the backup, for looking and for writing', async (_name, content) => {
    const system = machine();
    await apply(system, 'a/1');
    await apply(system, 'a/2');
    const good = await text(system, 'inventory.json');
    await system.files.fill(
      `${folder}/inventory.json`,
      content === 'changed' ? good.replace('a/1', 'a/7') : (content ?? ''),
      {
        sync: true,
      },
    );
    const wrong = {
      code: 'STATE_CORRUPT',
      hint: expect.stringContaining(`${folder}/inventory.previous.json`),
    };
    await expect(readState(folder, asker, contextOn(system).ctx)).rejects.toMatchObject(wrong);
    await expect(open(system)).rejects.toMatchObject(wrong);
  });

  it('another format version is left to the version that wrote it', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const { createHash } = await import('node:crypto');
    const rest = (await text(system, 'inventory.json'))
      .split('\n')
      .slice(2)
      .join('\n')
      .replace('"formatVersion": 1', '"formatVersion": 2');
    const checksum = createHash('sha256').update(rest).digest('hex');
    await system.files.fill(`${folder}/inventory.json`, `{\n"checksum": "sha256:${checksum}",\n${rest}`, {
      sync: true,
    });
    await expect(open(system)).rejects.toMatchObject({ code: 'STATE_FORMAT' });
  });

  it('an unreadable inventory is not a missing one', async () => {
    const system = machine();
    await apply(system, 'a/1');
    await system.files.changeMode(`${folder}/inventory.json`, 0);
    await expect(open(system)).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
  });

  it('a damaged journal is a hard error', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    await run.journal.end([add('a/2')]);
    await run.journal.end([add('a/3')]);
    await run.release();
    const journal = await text(system, 'journal.ndjson');
    await system.files.fill(`${folder}/journal.ndjson`, journal.replace('a/2', 'a/7'), { sync: true });
    await expect(readState(folder, asker, contextOn(system).ctx)).rejects.toMatchObject({
      code: 'STATE_JOURNAL_CORRUPT',
    });
    await expect(open(system)).rejects.toThrow('line 1 of the journal');
  });

  it.each<[string, readonly string[]]>([
    ['the inventory', ['inventory.json']],
    ['the inventory and its backup', ['inventory.json', 'inventory.previous.json']],
    ['everything', ['inventory.json', 'inventory.previous.json', 'journal.ndjson']],
  ])('without %s it stops and says how to rebuild', async (_name, names) => {
    const system = machine();
    await apply(system, 'a/1');
    await apply(system, 'a/2');
    for (const name of names) await system.files.remove(`${folder}/${name}`);
    const lost = { code: 'STATE_LOST', hint: expect.stringContaining('mcpform state rebuild') };
    await expect(readState(folder, asker, contextOn(system).ctx)).rejects.toMatchObject(lost);
    await expect(open(system)).rejects.toMatchObject(lost);
  });

  it('a whole folder that is gone is remembered elsewhere', async () => {
    const system = machine();
    await apply(system, 'a/1');
    for (const name of await system.files.list(folder)) await system.files.remove(`${folder}/${name}`);
    await system.files.removeFolder(folder);
    await expect(readState(folder, asker, contextOn(system).ctx)).rejects.toMatchObject({
      code: 'STATE_LOST',
    });
  });

  it('nothing is missed of a stack that had nothing left', async () => {
    const system = machine();
    await apply(system, 'a/1');
    const run = await open(system);
    await run.journal.end([{ operation: 'x', address: 'a/1', result: 'done', entry: null }]);
    await run.commit();
    await run.release();
    for (const name of await system.files.list(folder)) await system.files.remove(`${folder}/${name}`);
    expect((await readState(folder, asker, contextOn(system).ctx)).inventory).toBeNull();
  });
});
