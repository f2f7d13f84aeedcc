import { describe, expect, it } from 'vitest';
import { findLeaked, findSweepable, removeSwept } from '../../src/engine/sweep.ts';
import { sweepWorld } from './sweep-world.ts';

const NONE = { olderThanMs: null };
const HOUR_MS = 3_600_000;
const alive = { pid: 50, startTime: '7' };

describe('what a sweep finds', () => {
  it('is what is left behind, what nobody can tell, and what looks left behind; oldest first', async () => {
    const { engine, ctx } = sweepWorld();
    engine.addOurs('a', {}, { created: '2026-01-02T00:00:00Z' });
    engine.addOurs('b', { bootId: 'earlier' }, { isRunning: false });
    engine.addOurs('c', alive);
    engine.addOurs('d', { machineId: 'd'.repeat(32) }, { created: '2026-01-02T01:00:00Z' });
    engine.add('e', { image: 'mcp/github', created: '2026-01-02T02:00:00Z' });
    engine.add('f');
    const { containers, now, hanging } = await findSweepable(NONE, ctx);
    const short = containers.map(({ id, standing, because, isChosen }) => [
      id[0],
      standing,
      because,
      isChosen,
    ]);
    expect(short).toEqual([
      ['b', 'leaked', 'rebooted', true],
      ['a', 'leaked', 'ended', true],
      ['d', 'unknown', 'elsewhere', false],
      ['e', 'suspect', 'looks-like-mcp', false],
    ]);
    expect({ now, hanging }).toEqual({ now: '2026-01-02T12:00:00.000Z', hanging: [] });
    expect((await findLeaked(ctx)).map(({ id }) => id[0])).toEqual(['b', 'a']);
    expect(engine.removals()).toEqual([]);
  });

  it.each([
    ['younger', 11 * HOUR_MS, false],
    ['exactly as old', 10 * HOUR_MS, true],
    ['older', 9 * HOUR_MS, true],
  ])('takes a suspect that is %s', async (_what, olderThanMs, isChosen) => {
    const { engine, ctx } = sweepWorld();
    engine.add('e', { image: 'mcp/github', created: '2026-01-02T02:00:00Z' });
    // What nobody can tell stays at any age.
    engine.addOurs('d', { pidNamespace: 'pid:[2]' });
    const { containers } = await findSweepable({ olderThanMs }, ctx);
    expect(containers.map((each) => [each.id[0], each.isChosen])).toEqual([
      ['d', false],
      ['e', isChosen],
    ]);
  });

  it('names those that hang in the engine', async () => {
    const { engine, ctx } = sweepWorld();
    const hung = engine.addOurs('a');
    engine.addOurs('b');
    engine.fault = (args) => (args[1] === 'inspect' && args.includes(hung) ? { errno: 'ETIMEDOUT' } : null);
    const { containers, hanging } = await findSweepable(NONE, ctx);
    expect({ ids: containers.map(({ id }) => id[0]), hanging }).toEqual({ ids: ['b'], hanging: [hung] });
  });
});

describe('a sweep', () => {
  it('removes what is chosen and nothing else, and tells of each', async () => {
    const { engine, ctx, events } = sweepWorld();
    const ids = [engine.addOurs('a'), engine.addOurs('b', { bootId: 'earlier' })];
    for (const letter of ['c', 'd', 'e']) engine.add(letter, { image: 'mcp/github' });
    engine.addOurs('f', alive);
    const outcomes = await removeSwept(await findSweepable(NONE, ctx), ctx);
    expect([...outcomes].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      ids.map((id) => ({ id, result: 'removed' })),
    );
    expect([...engine.removals()].sort()).toEqual(ids);
    expect(events.map(({ kind }) => kind)).toEqual(['sweep.finished', 'sweep.finished']);
    expect((await findSweepable(NONE, ctx)).containers.filter((each) => each.isChosen)).toEqual([]);
  });

  it('keeps what somebody uses again, and says what is gone already', async () => {
    const { engine, ctx, system } = sweepWorld();
    const [used, gone] = [engine.addOurs('a'), engine.addOurs('b', { pid: 98 })];
    const report = await findSweepable(NONE, ctx);
    system.alive.set(99, '123456');
    engine.containers.delete(gone);
    expect(await removeSwept(report, ctx)).toEqual(
      expect.arrayContaining([
        { id: used, result: 'kept' },
        { id: gone, result: 'gone' },
      ]),
    );
    expect(engine.removals()).toEqual([]);
  });

  it('goes on when one cannot be removed, and when one hangs', async () => {
    const { engine, ctx } = sweepWorld();
    const [bad, hung, good] = [engine.addOurs('a'), engine.addOurs('b'), engine.addOurs('c')];
    const report = await findSweepable(NONE, ctx);
    engine.fault = (args) => {
      if (args.includes(hung)) return { errno: 'ETIMEDOUT' };
      const isBad = args[1] === 'rm' && args.includes(bad);
      return isBad ? { exitCode: 1, stderr: 'Error response from daemon: device is busy\n' } : null;
    };
    const outcomes = await removeSwept(report, ctx);
    expect(outcomes.find(({ id }) => id === bad)).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_FAILED', message: expect.stringContaining('device is busy') },
    });
    expect(outcomes.find(({ id }) => id === hung)).toMatchObject({
      result: 'failed',
      error: { code: 'ENGINE_TIMEOUT' },
    });
    expect(outcomes.find(({ id }) => id === good)).toEqual({ id: good, result: 'removed' });
  });

  it('begins no other one after an interrupt', async () => {
    const { engine, ctx, interrupt } = sweepWorld();
    for (const letter of 'abcdef') engine.addOurs(letter);
    const report = await findSweepable(NONE, ctx);
    interrupt.abort();
    expect(await removeSwept(report, ctx)).toEqual([]);
    expect(engine.removals()).toEqual([]);
  });
});
