import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

describe('the loop and time', () => {
  it('makes a pass at the start and one per interval from the end of the last', async () => {
    const loop = simulate({ passMs: 10_000 });
    await loop.clock.run(20 * MINUTE);
    await loop.stop();
    expect(loop.passes.map(({ atMs }) => Math.round(atMs / 1000))).toEqual([0, 310, 620, 930]);
    expect(loop.kinds()).toEqual(['start', 'interval', 'interval', 'interval']);
  });

  it.each([
    ['sleeps for eight hours', 8 * HOUR],
    ['finds its clock a year ahead', YEAR],
    ['finds its clock a year back', -YEAR],
    ['finds its clock an hour back', -HOUR],
  ])('makes one pass to catch up when the machine %s, and then goes on as before', async (_, jumpMs) => {
    const loop = simulate();
    await loop.clock.run(7 * MINUTE);
    expect(loop.kinds()).toEqual(['start', 'interval']);
    loop.clock.jump(jumpMs);
    await loop.clock.run(16_000);
    expect(loop.kinds()).toEqual(['start', 'interval', 'clock']);
    await loop.clock.run(16 * MINUTE);
    await loop.stop();
    expect(loop.kinds().slice(3)).toEqual(['interval', 'interval', 'interval']);
  });

  it('makes one pass when all is missed at once: interval, cron, windows, suspensions, breakers', async () => {
    const loop = simulate({
      settings: {
        cron: [{ expression: '*/10 * * * *', timeZone: 'UTC' }],
        windows: [{ kind: 'deny', start: { expression: '0 12 * * *', timeZone: 'UTC' }, durationMs: HOUR }],
      },
      state: {
        suspended: { a: { since: '2026-03-02T12:00:00Z', until: '2026-03-02T14:00:00Z' } },
        breakers: { docker: { failures: 5, openUntilMs: Date.parse('2026-03-02T12:09:00Z') } },
      },
      onPass: (state) => state,
    });
    await loop.clock.run(MINUTE);
    const before = loop.passes.length;
    loop.clock.jump(8 * HOUR);
    await loop.clock.run(30_000);
    await loop.stop();
    expect(loop.passes.length - before).toBe(1);
  });

  it('does not go mad where a clock is set again and again', async () => {
    const loop = simulate();
    for (let second = 0; second < 600; second++) {
      loop.clock.jump(second % 2 === 0 ? HOUR : -HOUR);
      await loop.clock.run(1_000);
    }
    await loop.stop();
    expect(loop.passes.length).toBeGreaterThan(5);
    expect(loop.passes.length).toBeLessThanOrEqual(61);
  });

  it('is not moved by a clock that is corrected little by little', async () => {
    const loop = simulate();
    for (let minute = 0; minute < 60; minute++) {
      loop.clock.jump(30);
      await loop.clock.run(MINUTE);
    }
    await loop.stop();
    expect(loop.kinds()).not.toContain('clock');
  });

  it('looks at most four times a minute while nothing is to do, and leaves nobody waiting at the end', async () => {
    const loop = simulate();
    await loop.clock.run(1_000);
    let looks = 0;
    const { now } = loop.clock;
    Object.assign(loop.clock, {
      now: () => {
        looks += 1;
        return now();
      },
    });
    await loop.clock.run(4 * MINUTE);
    expect(looks).toBeLessThanOrEqual(16);
    await loop.stop();
    expect(loop.clock.sleepers).toBe(0);
  });
});

describe('times of day', () => {
  const berlin = { timeZone: 'Europe/Berlin' };

  it.each([
    [
      'when the clock goes forward',
      '2026-03-28T00:00:00Z',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'when the clock goes back',
      '2026-10-24T00:00:00Z',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
  ])('come once a day, %s', async (_, start, expected) => {
    const loop = simulate({
      start,
      settings: { intervalMs: null, cron: [{ expression: '30 2 * * *', ...berlin }] },
    });
    await loop.clock.run(50 * HOUR);
    await loop.stop();
    expect(loop.passes.slice(1).map(({ time }) => time.slice(0, 16))).toEqual(expected);
    expect(loop.kinds().slice(1)).toEqual(['cron', 'cron', 'cron']);
  });

  it('are kept beside the interval', async () => {
    const loop = simulate({
      settings: { intervalMs: HOUR, cron: [{ expression: '20 12 * * *', timeZone: 'UTC' }] },
    });
    await loop.clock.run(2 * HOUR);
    await loop.stop();
    expect(loop.kinds()).toEqual(['start', 'cron', 'interval']);
  });

  it('are not looked for twice when a pass takes longer than one', async () => {
    const loop = simulate({
      passMs: 3 * MINUTE,
      settings: { intervalMs: null, cron: [{ expression: '* * * * *', timeZone: 'UTC' }] },
    });
    await loop.clock.run(12 * MINUTE + 30_000);
    await loop.stop();
    expect(loop.passes.length).toBe(5);
  });

  it('end a suspension and a window with a pass', async () => {
    const loop = simulate({
      settings: {
        intervalMs: 6 * HOUR,
        windows: [
          { kind: 'deny', start: { expression: '0 12 * * *', timeZone: 'UTC' }, durationMs: HOUR },
          { kind: 'allow', start: { expression: '0 14 * * *', timeZone: 'UTC' }, durationMs: HOUR },
        ],
      },
      state: { suspended: { '*': { since: '2026-03-02T11:00:00Z', until: '2026-03-02T12:30:00.000Z' } } },
    });
    await loop.clock.run(5 * HOUR);
    await loop.stop();
    expect(loop.passes.map(({ time }) => time.slice(11, 16))).toEqual(['12:00', '12:30', '13:00', '14:00']);
    expect(loop.kinds()).toEqual(['start', 'clock', 'clock', 'clock']);
  });

  it.each<[string, number, string[]]>([
    ['an hour forward: the window is over at once', HOUR, ['12:00', '13:10']],
    ['an hour back: it has not begun, and nothing waits for its end', -HOUR, ['12:00', '11:10']],
  ])(
    'of a window are those of the clock on the wall, when that is set by %s',
    async (_, jumpMs, expected) => {
      const deny = {
        kind: 'deny',
        start: { expression: '0 12 * * *', timeZone: 'UTC' },
        durationMs: HOUR,
      } as const;
      const loop = simulate({ settings: { intervalMs: 6 * HOUR, windows: [deny] } });
      await loop.clock.run(10 * MINUTE);
      loop.clock.jump(jumpMs);
      await loop.clock.run(3 * HOUR);
      await loop.stop();
      expect(loop.passes.map(({ time }) => time.slice(11, 16))).toEqual(expected);
    },
  );

  it.each<[string, number, string[]]>([
    [
      'past three of them: one pass for all',
      3 * HOUR + 30 * MINUTE,
      ['start', 'cron', 'clock', 'cron', 'cron'],
    ],
    ['over one that was: it comes again', -HOUR, ['start', 'cron', 'clock', 'cron', 'cron']],
  ])('of cron are those of the clock on the wall, when that is set %s', async (_, jumpMs, expected) => {
    const cron = [{ expression: '20 * * * *', timeZone: 'UTC' }];
    const loop = simulate({ settings: { intervalMs: null, cron } });
    await loop.clock.run(30 * MINUTE);
    loop.clock.jump(jumpMs);
    await loop.clock.run(115 * MINUTE);
    await loop.stop();
    expect(loop.kinds()).toEqual(expected);
  });

  it('neither storm nor stall in the days around a change of the clock, whatever it is told', async () => {
    for (const start of ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z']) {
      const loop = simulate({
        start,
        settings: {
          cron: [{ expression: '*/20 2 * * *', ...berlin }],
          windows: [{ kind: 'deny', start: { expression: '30 1 * * *', ...berlin }, durationMs: 2 * HOUR }],
        },
      });
      await loop.clock.run(24 * HOUR);
      await loop.stop();
      const gaps = loop.passes.slice(1).map(({ atMs }, at) => atMs - (loop.passes[at]?.atMs ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(5 * MINUTE + 1_000);
      expect(loop.passes.length).toBeLessThan(24 * 12 + 10);
    }
  });
});
