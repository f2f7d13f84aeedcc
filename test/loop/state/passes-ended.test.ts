import { describe, expect, it } from 'vitest';
import { passesEnded } from '../../../src/loop/state/passes-ended.ts';
import { type MemorySystem, memorySystem } from '../../../src/system/memory.ts';

const books = '/state';

const lockOf = (command: string, nonce: string): string =>
  JSON.stringify({
    ...{ formatVersion: 1, nonce, machineId: 'machine-1', bootId: 'boot-1', pidNamespace: 'pid:[1]' },
    ...{ pid: 7, startTime: '70', hostName: 'laptop', command, since: '2026-01-01T00:00:00.000Z' },
  });

function lockedBy(command: string, isAlive = true): MemorySystem {
  const system = memorySystem({ tree: { '/state/lock': lockOf(command, 'n1') } });
  if (isAlive) system.alive.set(7, '70');
  return system;
}

/** `onLook` is called between two looks. */
async function wait(system: MemorySystem, onLook: () => Promise<void> = async () => undefined) {
  const { clock } = system;
  const sleep = async (ms: number): Promise<void> => {
    await onLook();
    await clock.sleep(ms);
  };
  const watched = { ...system, clock: { now: clock.now, monotonic: clock.monotonic, sleep } };
  const isQuiet = await passesEnded(books, { system: watched, signal: new AbortController().signal });
  return { isQuiet, tookMs: clock.monotonic() };
}

describe('whoever suspends something', () => {
  it.each([
    ['no pass', memorySystem({ tree: { '/state/': '' } })],
    ['an apply, which is no pass', lockedBy('apply')],
    ['a pass whose process is gone', lockedBy('reconcile', false)],
  ])('waits for nothing where there is %s', async (_, system) => {
    expect(await wait(system)).toEqual({ isQuiet: true, tookMs: 0 });
  });

  it('waits for the pass that is under way, and not for the one after it', async () => {
    const system = lockedBy('reconcile');
    let looks = 0;
    const { isQuiet, tookMs } = await wait(system, async () => {
      looks += 1;
      if (looks < 3) return;
      await system.files.remove('/state/lock');
      await system.files.create('/state/lock', lockOf('reconcile', 'n2'), { mode: 0o600, sync: false });
    });
    expect(isQuiet).toBe(true);
    expect(tookMs).toBe(150);
  });

  it('is told when one lasts longer than half a minute', async () => {
    expect(await wait(lockedBy('reconcile'))).toEqual({ isQuiet: false, tookMs: 30_000 });
  });
});
