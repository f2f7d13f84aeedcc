import { describe, expect, it } from 'vitest';
import type { LoopState } from '../../../src/loop/model.ts';
import { loopFileIn, readLoopFile, writeLoopFile } from '../../../src/loop/state/loop-file.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import { openLoopState } from '../../../src/loop/state/open-loop-state.ts';
import { suspend } from '../../../src/loop/state/suspend.ts';
import { type Call, type FaultySystem, faulty } from '../../../src/system/faulty.ts';

const folder = '/home/ada/.local/state/mcpform/team-tools';
const path = loopFileIn(folder);
const nowMs = Date.parse('2026-03-02T12:00:00Z');
const source = 'https://git.example.org/tools.git';
const known: LoopState = {
  ...suspend(newLoopState(source, nowMs), 'docker/container/ünïcode', { nowMs, reason: 'a "reason"\n' }),
  passes: 41,
};

const machine = (tree = {}): FaultySystem =>
  faulty({ tree: { '/home/ada/': '', ...tree }, identity: { uid: 0 } });
const written = async (): Promise<FaultySystem> => {
  const system = machine();
  await writeLoopFile(folder, known, { system });
  return system;
};
const read = async (system: FaultySystem): Promise<string> => (await system.files.read(path)).toString();

describe('what the loop remembers', () => {
  it('is read as it was written, in a file of its own that nobody else may read', async () => {
    const system = await written();
    expect(await readLoopFile(folder, { system })).toEqual({ kind: 'sound', state: known });
    expect((await system.files.stat(path)).mode & 0o777).toBe(0o600);
    expect(await system.files.list(folder)).toEqual(['loop.json']);
  });

  it('is nothing where there is no file, and looking makes none', async () => {
    const system = machine({ [`${folder}/`]: '' });
    const opened = await openLoopState(folder, { source, nowMs }, { system });
    expect(opened).toEqual({ state: newLoopState(source, nowMs), findings: [] });
    expect(await system.files.list(folder)).toEqual([]);
  });

  it('is kept for another source, but for what was read and applied of the old one', async () => {
    const system = machine();
    const note = { commit: 'c', label: 'c', time: '', manifestDigest: '', lockDigest: null };
    const state = { ...known, lastApplied: note, lastAttempted: note, failures: 3 };
    await writeLoopFile(folder, state, { system });
    expect((await openLoopState(folder, { source, nowMs }, { system })).state).toEqual(state);
    expect((await openLoopState(folder, { source: '/srv/other', nowMs }, { system })).state).toEqual({
      ...known,
      source: '/srv/other',
    });
  });

  it('is refused when a newer version wrote it', async () => {
    const system = await written();
    const newer = (await read(system)).replace('{"formatVersion":1,', '{"formatVersion":2,');
    const other = machine({ [path]: newer });
    await expect(openLoopState(folder, { source, nowMs }, { system: other })).rejects.toMatchObject({
      code: 'STATE_FORMAT',
    });
    expect(await read(other)).toBe(newer);
  });
});

describe('a damaged file', () => {
  it.each<[string, (text: string) => string, string]>([
    ['is empty', () => '', 'is empty'],
    ['was cut off', (text) => text.slice(0, -10), 'does not match its checksum'],
    ['was cut off in its first line', (text) => text.slice(0, 30), 'does not start with a checksum'],
    ['was edited', (text) => text.replace('"passes":41', '"passes":42'), 'does not match its checksum'],
    ['holds something else', () => '\0'.repeat(4096), 'does not start with a checksum'],
  ])('that %s is kept, and nothing is enforced from then on', async (_, damage, why) => {
    const text = damage(await read(await written()));
    const system = machine({ [path]: text });
    const { state, findings } = await openLoopState(folder, { source, nowMs }, { system });
    expect(findings).toMatchObject([{ code: 'LOOP_STATE_DAMAGED', severity: 'error' }]);
    expect(findings[0]?.message).toContain(why);
    expect(state).toEqual({ ...newLoopState(source, nowMs), damaged: state.damaged });
    expect((await system.files.read(state.damaged as string)).toString()).toBe(text);
    expect((await system.files.stat(state.damaged as string)).mode & 0o777).toBe(0o600);
    const again = await openLoopState(folder, { source, nowMs }, { system });
    expect(again).toEqual({ state, findings: [] });
  });

  it('is not kept for ever: the five newest are', async () => {
    const system = machine();
    for (let each = 0; each < 12; each++) {
      system.clock.advance(1_000);
      const bad = machine({ [path]: `damage ${each}` });
      const bytes = await bad.files.read(path);
      await system.files.makeFolder(folder, 0o700);
      await system.files.remove(path).catch(() => undefined);
      await system.files.create(path, bytes, { mode: 0o600, sync: true });
      await openLoopState(folder, { source, nowMs }, { system });
    }
    const names = await system.files.list(folder);
    expect(names.filter((name) => name.startsWith('loop.damaged-')).length).toBe(5);
    const { state } = await openLoopState(folder, { source, nowMs }, { system });
    expect((await system.files.read(state.damaged as string)).toString()).toBe('damage 11');
  });

  it('that cannot be read at all is never taken for none', async () => {
    const system = faulty({
      tree: { [path]: 'x' },
      fault: ({ name }) => (name === 'read' ? { kind: 'error', code: 'EIO' } : null),
    });
    await expect(openLoopState(folder, { source, nowMs }, { system })).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
    });
  });
});

describe('a crash', () => {
  /** Runs something once per call it makes, with a crash there, and gives what each leaves to a check. */
  async function atEachCrash(
    start: () => Promise<FaultySystem>,
    run: (system: FaultySystem) => Promise<unknown>,
    check: (after: FaultySystem, call: number) => Promise<void>,
  ): Promise<number> {
    const clean = await start();
    const before = clean.calls.length;
    await run(clean);
    const count = clean.calls.length - before;
    for (let n = 1; n <= count; n++) {
      for (const when of ['before', 'after'] as const) {
        for (const loss of ['kill', 'power'] as const) {
          const base = await start();
          const crash = (call: Call) => (call.n === n ? ({ kind: 'crash', when } as const) : null);
          const system = base.restart('kill', { fault: crash });
          void run(system).catch(() => undefined);
          await system.crashed;
          await check(system.restart(loss), n);
        }
      }
    }
    return count;
  }

  it('while it is written leaves the old one or the new one', async () => {
    const newer = { ...known, passes: 42 };
    const seen = new Set<number>();
    const calls = await atEachCrash(
      written,
      (system) => writeLoopFile(folder, newer, { system }),
      async (after) => {
        const file = await readLoopFile(folder, { system: after });
        expect(file.kind).toBe('sound');
        if (file.kind === 'sound') seen.add(file.state.passes);
      },
    );
    expect(calls).toBeGreaterThan(3);
    expect([...seen].sort()).toEqual([41, 42]);
  });

  it('while a damaged one is put aside loses neither it nor that it was damaged', async () => {
    const damaged = async (): Promise<FaultySystem> => machine({ [path]: 'damaged' });
    await atEachCrash(
      damaged,
      (system) => openLoopState(folder, { source, nowMs }, { system }),
      async (after) => {
        const { state } = await openLoopState(folder, { source, nowMs }, { system: after });
        expect((await after.files.read(state.damaged as string)).toString()).toBe('damaged');
      },
    );
  });
});
