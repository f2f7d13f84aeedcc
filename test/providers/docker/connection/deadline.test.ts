import { describe, expect, it } from 'vitest';
import { startDeadline, unlessAborted } from '../../../../src/providers/docker/connection/deadline.ts';
import { ManualClock } from '../../../../src/system/memory.ts';

function heldClock(): ManualClock {
  const clock = new ManualClock();
  clock.holdsSleepers = true;
  return clock;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a deadline', () => {
  it('is over when the time is', async () => {
    const clock = heldClock();
    const deadline = startDeadline(clock, 1000, []);
    clock.advance(999);
    await settled();
    expect([deadline.isOver(), deadline.signal.aborted]).toEqual([false, false]);
    clock.advance(1);
    await settled();
    expect([deadline.isOver(), deadline.signal.aborted]).toEqual([true, true]);
  });

  it('starts again with each sign of life', async () => {
    const clock = heldClock();
    const deadline = startDeadline(clock, 1000, []);
    for (let count = 0; count < 5; count += 1) {
      clock.advance(900);
      deadline.extend();
      await settled();
    }
    expect(deadline.isOver()).toBe(false);
    clock.advance(1000);
    await settled();
    expect(deadline.isOver()).toBe(true);
  });

  it('never is when it has ended, and holds no timer then', async () => {
    let sleeping = 0;
    const clock = heldClock();
    const counting = {
      ...clock,
      monotonic: clock.monotonic,
      now: clock.now,
      sleep: async (ms: number, signal?: AbortSignal) => {
        sleeping += 1;
        await clock.sleep(ms, signal).finally(() => {
          sleeping -= 1;
        });
      },
    };
    const deadline = startDeadline(counting, 1000, []);
    expect(sleeping).toBe(1);
    deadline.end();
    await settled();
    expect(sleeping).toBe(0);
    clock.advance(5000);
    await settled();
    expect([deadline.isOver(), deadline.signal.aborted]).toEqual([false, false]);
  });

  it('follows others that abort, also one that has', () => {
    const controller = new AbortController();
    const deadline = startDeadline(heldClock(), 1000, [undefined, controller.signal]);
    const reason = new Error('enough');
    controller.abort(reason);
    expect([deadline.isOver(), deadline.signal.reason]).toEqual([false, reason]);
    expect(startDeadline(heldClock(), 1000, [controller.signal]).signal.reason).toBe(reason);
  });

  it('has no end where nothing is waited for but those', async () => {
    const clock = heldClock();
    const deadline = startDeadline(clock, Number.POSITIVE_INFINITY, []);
    clock.advance(1e12);
    await settled();
    expect(deadline.signal.aborted).toBe(false);
  });

  it('takes what comes first', async () => {
    const controller = new AbortController();
    expect(await unlessAborted(Promise.resolve('answer'), controller.signal)).toBe('answer');
    const never = unlessAborted(new Promise(() => undefined), controller.signal);
    controller.abort(new Error('too late'));
    await expect(never).rejects.toThrow('too late');
    await expect(unlessAborted(Promise.resolve('answer'), controller.signal)).rejects.toThrow('too late');
  });
});
