import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chance } from '../../../src/loop/schedule/chance.ts';
import { type Moment, nextWake } from '../../../src/loop/schedule/next-wake.ts';
import { retryDelayMs } from '../../../src/loop/schedule/retry-delay.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import { settings } from './simulate.ts';

const noonMs = Date.parse('2026-03-02T12:00:00Z');

/** Right after a pass that took no time. */
const moment = (change: Partial<Omit<Moment, 'state' | 'settings'>> = {}, state = {}, own = {}): Moment => ({
  nowMs: noonMs,
  monotonicMs: 1_000,
  lastPass: { startedMs: noonMs, startedMonotonicMs: 1_000, endedMonotonicMs: 1_000 },
  state: { ...newLoopState(null, noonMs), passes: 1, ...state },
  settings: { ...settings, ...own },
  ...change,
});

const later = (ms: number): string => new Date(noonMs + ms).toISOString();

describe('the next pass', () => {
  it('is a whole number of ms away: less than a clock can tell would never pass', () => {
    const waits = Array.from({ length: 50 }, (_, passes) => nextWake(moment({}, { passes })).inMs);
    expect(waits.every(Number.isInteger)).toBe(true);
    const almost = { nowMs: noonMs + 300_000, monotonicMs: 301_000 - 0.0001 };
    expect(nextWake(moment(almost, {}, { jitterPercent: 0 })).inMs).toBe(1);
  });

  it.each([
    ['the interval', {}, {}, 300_000, 'interval'],
    ['an interval that is too short', {}, { intervalMs: 1 }, 10_000, 'interval'],
    ['no interval, and nothing else', {}, { intervalMs: null }, 300_000, 'interval'],
    ['a cron time', {}, { cron: [{ expression: '1 12 * * *', timeZone: 'UTC' }] }, 60_000, 'cron'],
    [
      'a cron time alone',
      {},
      { intervalMs: null, cron: [{ expression: '0 14 * * *', timeZone: 'UTC' }] },
      7_200_000,
      'cron',
    ],
    [
      'a cron time that never comes',
      {},
      { intervalMs: null, cron: [{ expression: '0 0 31 2 *' }] },
      300_000,
      'interval',
    ],
    [
      'an open breaker',
      { breakers: { docker: { failures: 5, openUntilMs: noonMs + 30_000 } } },
      {},
      30_000,
      'retry',
    ],
    [
      'a breaker of a clock that was set back',
      { breakers: { docker: { failures: 5, openUntilMs: noonMs + 1e10 } } },
      {},
      300_000,
      'interval',
    ],
    [
      'a breaker that was open before',
      { breakers: { docker: { failures: 4, openUntilMs: 0 } } },
      {},
      300_000,
      'interval',
    ],
    ['a restart', { restarts: { a: { seen: 0, attempts: 1, lastMs: noonMs } } }, {}, 10_000, 'retry'],
    ['an ailment', { restarts: { a: { seen: 2, attempts: 0, lastMs: 0 } } }, {}, 10_000, 'retry'],
    [
      'an ailment that was seen often enough, and left alone',
      { restarts: { a: { seen: 3, attempts: 0, lastMs: 0 } } },
      {},
      300_000,
      'interval',
    ],
    [
      'an ailment that was given up',
      { restarts: { a: { seen: 1, attempts: 5, lastMs: 0 } } },
      {},
      300_000,
      'interval',
    ],
    [
      'the end of a suspension',
      { suspended: { a: { since: later(-1), until: later(20_000) } } },
      {},
      20_000,
      'clock',
    ],
    ['a suspension without an end', { suspended: { a: { since: later(-1) } } }, {}, 300_000, 'interval'],
    [
      'an end that nobody can read',
      { suspended: { a: { since: later(-1), until: 'soon' } } },
      {},
      300_000,
      'interval',
    ],
    [
      'the end of a window',
      {},
      {
        windows: [
          { kind: 'deny', start: { expression: '59 11 * * *', timeZone: 'UTC' }, durationMs: 120_000 },
        ],
      },
      60_000,
      'clock',
    ],
  ])('is due by %s', (_, state, own, inMs, kind) => {
    expect(nextWake(moment({}, state, own))).toEqual({ inMs, wake: { kind } });
  });

  it.each([1e9, -1e9])(
    'is due soon, but not at once, when the clock was set by %i ms during the last',
    (ms) => {
      const next = nextWake(moment({ nowMs: noonMs + ms }));
      expect(next).toEqual({ inMs: 10_000, wake: { kind: 'clock' } });
    },
  );

  it('is due at once at the start', () => {
    expect(nextWake(moment({ lastPass: null }))).toEqual({ inMs: 0, wake: { kind: 'start' } });
  });

  it('is spread evenly within the jitter, and the same whoever asks again', () => {
    const waits = Array.from({ length: 1_000 }, (_, passes) => {
      const at = moment({}, { passes }, { jitterPercent: 5 });
      expect(nextWake(at)).toEqual(nextWake(at));
      return nextWake(at).inMs;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(285_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(315_000);
    expect(Math.abs(waits.reduce((sum, each) => sum + each) / 1_000 - 300_000)).toBeLessThan(1_000);
    const other = moment({}, {}, { jitterPercent: 5, seed: 'machine-2' });
    expect(nextWake(other).inMs).not.toBe(nextWake(moment({}, {}, { jitterPercent: 5 })).inMs);
  });

  it('is always to come, and never later than the interval and its jitter', () => {
    const instant = fc.integer({ min: noonMs - 1e10, max: noonMs + 1e10 });
    const world = fc.record({
      failures: fc.nat(50),
      passes: fc.nat(1_000_000),
      intervalMs: fc.integer({ min: 0, max: 86_400_000 }),
      jitterPercent: fc.integer({ min: -5, max: 120 }),
      breakers: fc.dictionary(fc.string(), fc.record({ failures: fc.nat(100), openUntilMs: instant })),
      restarts: fc.dictionary(
        fc.string(),
        fc.record({ seen: fc.nat(9), attempts: fc.nat(9), lastMs: instant }),
      ),
      suspendedUntil: fc.array(instant, { maxLength: 3 }),
      passMs: fc.nat(600_000),
      jumpMs: fc.oneof(fc.constant(0), fc.integer({ min: -1e11, max: 1e11 })),
      cron: fc.constantFrom([], [{ expression: '*/7 3 * * *', timeZone: 'America/New_York' }]),
      waitedMs: fc.nat(100_000),
    });
    fc.assert(
      fc.property(world, (each) => {
        const endedMonotonicMs = 1_000 + each.passMs;
        const at = moment(
          {
            nowMs: noonMs + each.passMs + each.jumpMs,
            monotonicMs: endedMonotonicMs,
            lastPass: { startedMs: noonMs, startedMonotonicMs: 1_000, endedMonotonicMs },
          },
          {
            failures: each.failures,
            passes: each.passes,
            breakers: each.breakers,
            restarts: each.restarts,
            suspended: Object.fromEntries(
              each.suspendedUntil.map((ms, index) => [
                String(index),
                { since: later(0), until: new Date(ms).toISOString() },
              ]),
            ),
          },
          { intervalMs: each.intervalMs, jitterPercent: each.jitterPercent, cron: each.cron },
        );
        const { inMs } = nextWake(at);
        const jitter = Math.min(99, Math.max(0, each.jitterPercent)) / 100;
        expect(inMs).toBeGreaterThanOrEqual(Math.min(1_000, 10_000 * (1 - jitter)));
        expect(inMs).toBeLessThanOrEqual(Math.max(10_000, each.intervalMs) * (1 + jitter) + 1e-6);
        const waited = {
          ...at,
          nowMs: at.nowMs + each.waitedMs,
          monotonicMs: at.monotonicMs + each.waitedMs,
        };
        expect(nextWake(waited).inMs).toBeLessThanOrEqual(Math.max(0, inMs - each.waitedMs) + 1e-6);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the wait after a failure', () => {
  it('is anything up to 5 s, then twice that, up to the interval', () => {
    for (const [failures, most] of [
      [1, 5_000],
      [2, 10_000],
      [3, 20_000],
      [6, 160_000],
      [7, 300_000],
      [500, 300_000],
    ] as const) {
      const waits = Array.from(
        { length: 500 },
        (_, passes) => retryDelayMs({ failures, passes }, settings) as number,
      );
      expect(Math.max(...waits)).toBeLessThanOrEqual(most);
      expect(Math.max(...waits)).toBeGreaterThan(0.95 * most);
      expect(Math.min(...waits)).toBeLessThan(0.05 * most);
    }
  });

  it('is none after a success', () => {
    expect(retryDelayMs({ failures: 0, passes: 3 }, settings)).toBeNull();
  });
});

describe('chance', () => {
  it('is even, and differs between neighbours', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let each = 0; each < 10_000; each++) {
      const drawn = chance('seed', each, 'interval');
      tenths[Math.floor(drawn * 10)] = (tenths[Math.floor(drawn * 10)] as number) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect(Math.abs(chance('machine-1') - chance('machine-2'))).toBeGreaterThan(0.001);
  });
});
