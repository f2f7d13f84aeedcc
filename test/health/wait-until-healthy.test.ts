import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { shakeHands } from '../../src/health/shake-hands.ts';
import { waitUntilHealthy } from '../../src/health/wait-until-healthy.ts';
import type { Context } from '../../src/model/context.ts';
import type { GateOptions, Health, HealthCode, Probe } from '../../src/model/health.ts';
import { ManualClock } from '../../src/system/memory.ts';
import { healthContext, program } from './world.ts';

const options: GateOptions = { intervalMs: 3000, timeoutMs: 1000, retries: 3, startPeriodMs: 5000 };
const healthy: Health = { state: 'healthy', latencyMs: {} };
const sick = (code: HealthCode = 'HEALTH_UNREACHABLE', message = 'no'): Health => ({
  state: 'unhealthy',
  latencyMs: {},
  failure: { code, message, hint: '' },
});

interface Gate {
  /** When each check began, since the gate did. */
  readonly beganMs: readonly number[];
  readonly came: Health | unknown;
  readonly tookMs: number;
}

/** Runs the gate, moving the clock whenever nothing else moves. */
async function gate(
  probe: (n: number, ctx: Context, clock: ManualClock) => Promise<Health>,
  change: Partial<GateOptions> = {},
  signal = new AbortController().signal,
): Promise<Gate> {
  const clock = new ManualClock();
  clock.holdsSleepers = true;
  const beganMs: number[] = [];
  const counting: Probe = (ctx) => {
    beganMs.push(clock.monotonic());
    return probe(beganMs.length, ctx, clock);
  };
  let isOver = false;
  const waiting = waitUntilHealthy(
    counting,
    { ...options, ...change },
    healthContext({ system: { clock }, signal }),
  )
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });
  await turn();
  while (!isOver) {
    clock.advance(100);
    await turn();
  }
  return { beganMs, came: await waiting, tookMs: clock.monotonic() };
}

describe('a gate', () => {
  it('opens at the first check that finds the server healthy', async () => {
    expect(await gate(async () => healthy)).toEqual({ beganMs: [0], came: healthy, tookMs: 0 });
  });

  it('looks often while the server starts, and forgives', async () => {
    const { beganMs, came } = await gate(async (n) => (n < 5 ? sick() : healthy));
    expect(beganMs).toEqual([0, 200, 600, 1400, 3000]);
    expect(came).toEqual(healthy);
  });

  it('looks no more often than the interval', async () => {
    const { beganMs } = await gate(async (n) => (n < 5 ? sick() : healthy), { intervalMs: 300 });
    expect(beganMs).toEqual([0, 200, 500, 800, 1100]);
  });

  it('gives up after so many failures in a row once the start is over, with the last one', async () => {
    const { beganMs, came } = await gate(async (n) => sick('HEALTH_STATUS', `failure ${n}`));
    // The last that is forgiven begins at 3000, and lets wait as while starting.
    expect(beganMs).toEqual([0, 200, 600, 1400, 3000, 6000, 9000, 12_000]);
    expect(came).toEqual(sick('HEALTH_STATUS', 'failure 8'));
  });

  it('gives up at once after a failure, when there is no start to wait for and no second try', async () => {
    expect(await gate(async () => sick(), { startPeriodMs: 0, retries: 1 })).toMatchObject({
      beganMs: [0],
      came: sick(),
    });
  });

  it.each(['HEALTH_PROGRAM', 'HEALTH_TARGET'] as const)(
    'does not wait for %s to mend itself',
    async (code) => {
      expect(await gate(async () => sick(code))).toMatchObject({ beganMs: [0], came: sick(code) });
    },
  );

  it('opens for a server that is there but wants other credentials', async () => {
    const unauthorized: Health = { ...sick('HEALTH_UNAUTHORIZED'), state: 'unauthorized' };
    expect(await gate(async () => unauthorized)).toMatchObject({ beganMs: [0], came: unauthorized });
  });

  it('ends a check that takes too long, and counts it', async () => {
    const reasons: unknown[] = [];
    const hang = (_: number, ctx: Context): Promise<Health> =>
      new Promise((_resolve, reject) => {
        ctx.signal.addEventListener('abort', () => {
          reasons.push(ctx.signal.reason);
          reject(ctx.signal.reason);
        });
      });
    const { beganMs, came } = await gate(hang, { startPeriodMs: 0, retries: 2 });
    expect(beganMs).toEqual([0, 9000]);
    expect(came).toMatchObject({
      failure: { code: 'HEALTH_TIMEOUT', message: 'the check did not end within 1000 ms' },
    });
    expect(reasons).toHaveLength(2);
  });

  it('takes what a check says that is late but says something', async () => {
    const late = (_: number, ctx: Context): Promise<Health> =>
      new Promise((resolve) => {
        ctx.signal.addEventListener('abort', () => resolve(sick('HEALTH_CLOSED')));
      });
    const { came } = await gate(late, { startPeriodMs: 0, retries: 1 });
    expect(came).toEqual(sick('HEALTH_CLOSED'));
  });

  it('does not wait for ever for a check that does not end', async () => {
    const { came, tookMs } = await gate(() => new Promise<Health>(() => undefined), {
      startPeriodMs: 0,
      retries: 1,
    });
    expect(came).toMatchObject({ failure: { code: 'HEALTH_TIMEOUT' } });
    expect(tookMs).toBe(21_000);
  });

  it('is left, with the reason, when everything is given up', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const during = await gate(
      (_, ctx) => {
        stop.abort(reason);
        return Promise.reject(ctx.signal.reason);
      },
      {},
      stop.signal,
    );
    expect(during.came).toBe(reason);
    const between = new AbortController();
    const pausing = await gate(
      async () => {
        queueMicrotask(() => setImmediate(() => between.abort(reason)));
        return sick();
      },
      {},
      between.signal,
    );
    expect(pausing).toMatchObject({ beganMs: [0], came: reason });
    expect((await gate(async () => healthy, {}, stop.signal)).beganMs).toEqual([]);
  });

  it('lets a handshake say what it waited for', async () => {
    const target = program('odd', ['silent']);
    const times = { intervalMs: 100, timeoutMs: 2000, retries: 1, startPeriodMs: 0 };
    const probe: Probe = (ctx) => shakeHands(target, { timeoutMs: 2000 }, ctx);
    const { failure } = await waitUntilHealthy(probe, times, healthContext());
    expect(failure?.message).toMatch(/did not answer "initialize" within 2000 ms$/);
    expect(failure?.detail?.[0]).toMatch(/^pid/);
  });

  it('passes on what is a bug', async () => {
    const bug = new TypeError('x is not a function');
    expect((await gate(() => Promise.reject(bug))).came).toBe(bug);
  });
});
