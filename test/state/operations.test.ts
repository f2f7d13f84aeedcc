import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { digestWhole } from '../../src/model/leaves.ts';
import type { Observed } from '../../src/model/resource.ts';
import { stubFile } from '../../src/state/lineage-stub.ts';
import { moveBooks, moveEntry, removeEntries } from '../../src/state/move-books.ts';
import { readState } from '../../src/state/read-state.ts';
import { rebuildEntries, rebuildState } from '../../src/state/rebuild.ts';
import { openRun, type Run } from '../../src/state/run.ts';
import { type Fault, type FaultySystem, faulty } from '../../src/system/faulty.ts';
import { asker, contextOn, digest, entryOf, folder, folders, home } from './machine.ts';

const request = { ...asker, command: 'mcpform state' };
const open = (system: FaultySystem, at = folder): Promise<Run> => openRun(at, request, contextOn(system).ctx);

async function machineWith(...addresses: readonly string[]): Promise<FaultySystem> {
  const system = faulty({ tree: { [`${home}/`]: '' } });
  const run = await open(system);
  await run.journal.end(
    addresses.map(
      (address) => ({ operation: address, address, result: 'done', entry: entryOf(address) }) as const,
    ),
  );
  await run.commit();
  await run.release();
  return system;
}

async function addressesOf(system: FaultySystem, at = folder): Promise<readonly string[]> {
  const { inventory } = await readState(at, null, contextOn(system).ctx);
  return Object.keys(inventory?.entries ?? {});
}

async function during(system: FaultySystem, work: (run: Run) => Promise<void>): Promise<void> {
  const run = await open(system);
  try {
    await work(run);
    await run.commit();
  } finally {
    await run.release();
  }
}

describe('state mv', () => {
  it('gives an entry another address and place, and survives a loss of power', async () => {
    const system = await machineWith('a/1', 'a/2');
    const place = { key: 'new', file: '/new', path: ['3'], isShared: false };
    await during(system, (run) => moveEntry(run, 'a/1', 'a/3', place));
    const { inventory } = await readState(folder, asker, contextOn(system.restart('power')).ctx);
    expect(inventory?.entries).toEqual({
      'a/2': entryOf('a/2'),
      'a/3': { ...entryOf('a/1'), address: 'a/3', place },
    });
    expect(inventory?.serial).toBe(2);
  });

  it.each([
    ['a/9', 'a/3', 'STATE_UNKNOWN_ADDRESS'],
    ['a/1', 'a/2', 'STATE_EXISTS'],
  ])('from %s to %s is %s, and nothing changes', async (from, to, code) => {
    const system = await machineWith('a/1', 'a/2');
    await expect(during(system, (run) => moveEntry(run, from, to))).rejects.toMatchObject({ code });
    expect(await addressesOf(system)).toEqual(['a/1', 'a/2']);
  });
});

describe('state rm', () => {
  it('takes entries out of the books, all of them or none', async () => {
    const system = await machineWith('a/1', 'a/2', 'a/3');
    await during(system, (run) => removeEntries(run, ['a/1', 'a/3']));
    expect(await addressesOf(system)).toEqual(['a/2']);
    const wrong = during(system, (run) => removeEntries(run, ['a/2', 'a/9']));
    await expect(wrong).rejects.toMatchObject({ code: 'STATE_UNKNOWN_ADDRESS' });
    expect(await addressesOf(system)).toEqual(['a/2']);
  });
});

describe('moving the books of a folder that was moved', () => {
  const to = `${folders.state}/tools-0123456789ab`;
  const source = { ...asker.source, remote: null, root: `${home}/moved` };
  const move = (system: FaultySystem) =>
    moveBooks({ from: folder, to, source, command: 'mcpform state mv' }, contextOn(system).ctx);

  it('takes books, backup and history along, and the new folder can be used at once', async () => {
    const system = await machineWith('a/1');
    await move(system);
    const { ctx } = contextOn(system);
    const { inventory } = await readState(to, { ...asker, source }, ctx);
    expect(inventory).toMatchObject({ source, serial: 2 });
    expect(await system.files.list(to)).not.toContain('lock');
    await (await openRun(to, { ...request, source }, ctx)).release();
    // Nothing is missed where they were.
    expect((await readState(folder, asker, ctx)).inventory).toBeNull();
    expect(await addressesOf(system.restart('power'), to)).toEqual(['a/1']);
  });

  it('keeps what was recorded and not committed', async () => {
    const system = await machineWith('a/1');
    const run = await open(system);
    await run.journal.end([{ operation: 'o', address: 'a/2', result: 'done', entry: entryOf('a/2') }]);
    await run.release();
    await move(system);
    expect(await addressesOf(system, to)).toEqual(['a/1', 'a/2']);
  });

  it('accepts a new source in the same folder', async () => {
    const system = await machineWith('a/1');
    const { ctx } = contextOn(system);
    await moveBooks({ from: folder, to: folder, source, command: 'mcpform state mv' }, ctx);
    expect((await readState(folder, { ...asker, source }, ctx)).inventory?.source).toEqual(source);
    await (await openRun(folder, { ...request, source }, ctx)).release();
  });

  it('does not touch books that are there already', async () => {
    const system = await machineWith('a/1');
    const run = await openRun(to, { ...request, source }, contextOn(system).ctx);
    await run.journal.end([{ operation: 'o', address: 'b/1', result: 'done', entry: entryOf('b/1') }]);
    await run.commit();
    await run.release();
    await expect(move(system)).rejects.toMatchObject({ code: 'STATE_EXISTS' });
    expect(await addressesOf(system)).toEqual(['a/1']);
    expect(await addressesOf(system, to)).toEqual(['b/1']);
  });

  it('says so when there is nothing to move', async () => {
    const system = faulty({ tree: { [`${home}/`]: '' } });
    await expect(move(system)).rejects.toMatchObject({ code: 'STATE_LOST' });
  });

  it.each(['kill', 'power', 'torn'] as const)('can be run again after a crash anywhere: %s', async (loss) => {
    const start = await machineWith('a/1');
    for (let n = 1; ; n += 1) {
      const system = start.fork('kill', {
        fault: (call): Fault | null => (call.n === n ? { kind: 'crash', when: 'before' } : null),
      });
      const moving = move(system).then(() => 'moved' as const);
      const result = await Promise.race([moving, system.crashed]);
      const after = system.restart(loss);
      const isThere = (await addressesOf(after, to).catch(() => [])).length > 0;
      if (!isThere) await move(after);
      expect(await addressesOf(after, to), `crash before call ${n}`).toEqual(['a/1']);
      if (result === 'moved') break;
    }
  });
});

const place = entryOf('a/1').place;
const candidate = (
  wanted: JsonObject,
  found: JsonObject | null,
  unknown: readonly string[] = [],
  keep: readonly string[] = [],
) => {
  const { whole: _, ...record } = entryOf('a/1');
  const observed: Observed | undefined = found === null ? undefined : { place, attributes: found, unknown };
  return { record, attributes: wanted, observed, keep };
};

describe('entries that are had back by looking', () => {
  const wanted = { command: 'run', env: { A: '1' } };
  it.each<[string, Parameters<typeof rebuildEntries>[0][number], boolean]>([
    ['exactly as desired', candidate(wanted, wanted), true],
    [
      'as desired but for what its client does not know',
      candidate(wanted, { ...wanted, x: 1 }, ['/x']),
      true,
    ],
    [
      'as desired but for what is never ours',
      candidate(wanted, { ...wanted, env: { A: '9' } }, [], ['/env/A']),
      true,
    ],
    ['with another value', candidate(wanted, { ...wanted, command: 'other' }), false],
    ['with one value more', candidate(wanted, { ...wanted, cwd: '/' }), false],
    ['not there', candidate(wanted, null), false],
  ])('%s', (_name, one, isHad) => {
    const { entries, left } = rebuildEntries([one], digest);
    expect(entries.length).toBe(isHad ? 1 : 0);
    expect(left).toEqual(isHad ? [] : ['a/1']);
    for (const entry of entries) {
      // Never deleted because of a rebuild: it counts as having been there before us.
      expect(entry.adopted).toBe(true);
      expect(entry.whole).toBe(digestWhole(one.observed?.attributes ?? {}, digest));
    }
  });
});

describe('state rebuild', () => {
  const rebuild = (system: FaultySystem) =>
    rebuildState(
      folder,
      { ...request, configs: { 'claude-code': '/c' }, entries: [entryOf('a/1')] },
      contextOn(system).ctx,
    );

  it('starts anew with another lineage and keeps the old files aside', async () => {
    const system = await machineWith('a/1', 'a/2');
    const before = (await readState(folder, asker, contextOn(system).ctx)).inventory;
    await system.files.fill(`${folder}/inventory.json`, 'damaged', { sync: true });
    const { inventory, setAside } = await rebuild(system);
    expect(inventory.lineage).not.toBe(before?.lineage);
    expect(inventory).toMatchObject({ serial: 1, configs: { 'claude-code': '/c' } });
    expect((await system.files.read(setAside[0] as string)).toString()).toBe('damaged');
    const next = system.restart('power');
    expect(await addressesOf(next)).toEqual(['a/1']);
    await (await open(next)).release();
  });

  it('works where nothing but the stub is left', async () => {
    const system = await machineWith('a/1');
    for (const name of await system.files.list(folder)) await system.files.remove(`${folder}/${name}`);
    await expect(open(system)).rejects.toMatchObject({ code: 'STATE_LOST' });
    await rebuild(system);
    await (await open(system)).release();
    expect(await system.files.read(stubFile(folder, { folders }))).toBeDefined();
  });

  it.each(['kill', 'power', 'torn'] as const)(
    'never leaves books that look whole and are not: %s',
    async (loss) => {
      const start = await machineWith('a/1', 'a/2');
      for (let n = 1; ; n += 1) {
        const system = start.fork('kill', {
          fault: (call): Fault | null => (call.n === n ? { kind: 'crash', when: 'before' } : null),
        });
        const rebuilding = rebuild(system).then(() => 'rebuilt' as const);
        const result = await Promise.race([rebuilding, system.crashed]);
        const after = system.restart(loss);
        const addresses = await addressesOf(after).catch((error: { code: string }) => error.code);
        expect(['a/1,a/2', 'STATE_LOST', 'a/1'], `crash before call ${n}`).toContain(String(addresses));
        await rebuild(after);
        expect(await addressesOf(after)).toEqual(['a/1']);
        if (result === 'rebuilt') break;
      }
    },
  );
});
