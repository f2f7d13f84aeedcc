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
});
