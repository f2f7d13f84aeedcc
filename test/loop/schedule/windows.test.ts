import { describe, expect, it } from 'vitest';
import { type CronTime, cronAfter, cronProblem, cronUpTo } from '../../../src/loop/schedule/client.ts';
import { isOpenAt, opensAfter, type Window } from '../../../src/loop/schedule/windows.ts';

const hour = 3_600_000;
const at = (time: string): number => Date.parse(`2026-03-02T${time}:00Z`);
const daily = (kind: Window['kind'], start: string, hours: number): Window => ({
  kind,
  start: { expression: `0 ${start} * * *`, timeZone: 'UTC' },
  durationMs: hours * hour,
});

describe('windows', () => {
  it.each<[string, Window[], string, boolean, string | null]>([
    ['none', [], '12:00', true, null],
    ['a denial before it', [daily('deny', '13', 1)], '12:59', true, null],
    ['a denial at its start', [daily('deny', '13', 1)], '13:00', false, '14:00'],
    ['a denial at its end', [daily('deny', '13', 1)], '14:00', true, null],
    ['a denial over midnight', [daily('deny', '22', 4)], '01:00', false, '02:00'],
    ['a permission before it', [daily('allow', '13', 1)], '12:00', false, '13:00'],
    ['a permission in it', [daily('allow', '13', 1)], '13:30', true, null],
    [
      'a denial within a permission',
      [daily('allow', '12', 4), daily('deny', '13', 1)],
      '13:30',
      false,
      '14:00',
    ],
    ['one of two permissions', [daily('allow', '2', 1), daily('allow', '12', 1)], '12:30', true, null],
    [
      'a denial that begins anew before it ends',
      [{ ...daily('deny', '12', 1), start: { expression: '* * * * *' } }],
      '12:30',
      false,
      '13:30',
    ],
  ])('with %s at %s (%s)', (_, windows, time, isOpen, opens) => {
    expect(isOpenAt(windows, at(time))).toBe(isOpen);
    expect(opensAfter(windows, at(time))).toBe(opens === null ? null : at(opens));
  });

  it('never open where a permission never comes', () => {
    const never: Window = { kind: 'allow', start: { expression: '0 0 31 2 *' }, durationMs: hour };
    expect(isOpenAt([never], at('12:00'))).toBe(false);
    expect(opensAfter([never], at('12:00'))).toBeNull();
  });
});

describe('windows where clocks are set', () => {
  const berlin = (kind: Window['kind'], expression: string, hours: number): Window => ({
    kind,
    start: { expression, timeZone: 'Europe/Berlin' },
    durationMs: hours * hour,
  });
  const fiveMinutesOf = (window: Window, from: string, hours: number) => {
    const first = Date.parse(from);
    const times = Array.from({ length: hours * 12 }, (_, at) => first + at * 5 * 60_000);
    return times.map((ms) => ({ ms, isOpen: isOpenAt([window], ms) }));
  };

  it.each([
    ['a denial over the night, forward', berlin('deny', '0 22 * * *', 6), '2026-03-28T20', '21:00 03:00'],
    ['a denial over the night, back', berlin('deny', '0 22 * * *', 6), '2026-10-24T19', '20:00 02:00'],
    [
      'a permission that would begin in the hour that is not',
      berlin('allow', '30 2 * * *', 1),
      '2026-03-28T23',
      '01:00 02:00',
    ],
    [
      'a permission that would begin in the hour that is twice',
      berlin('allow', '30 2 * * *', 1),
      '2026-10-24T23',
      '00:30 01:30',
    ],
    ['a permission by day, the day after', berlin('allow', '0 9 * * *', 2), '2026-03-29T05', '07:00 09:00'],
  ])('%s: it lasts as long as it is said to, once', (_, window, from, edges) => {
    const looks = fiveMinutesOf(window, `${from}:00Z`, 10);
    const turns = looks.filter(({ isOpen }, at) => at > 0 && isOpen !== looks[at - 1]?.isOpen);
    expect(turns.map(({ ms }) => new Date(ms).toISOString().slice(11, 16)).join(' ')).toBe(edges);
  });

  it.each(['2026-03-28T12:00Z', '2026-10-24T12:00Z'])(
    'open exactly when it was said that they would, in the two days from %s on',
    (from) => {
      for (const window of [berlin('deny', '15 1-4 * * *', 0.5), berlin('allow', '15 1-4 * * *', 0.5)]) {
        let said: number | null = null;
        for (const { ms, isOpen } of fiveMinutesOf(window, from, 48)) {
          if (said !== null) expect(isOpen, new Date(ms).toISOString()).toBe(ms >= said);
          said = opensAfter([window], ms);
        }
      }
    },
  );
});

describe('a cron expression where clocks are set', () => {
  const DAY_MS = 24 * hour;

  it.each<[string, string, string, string]>([
    ['of every half hour, forward', '*/30 * * * *', '2026-03-28T23:00Z', '30'],
    ['of every half hour, back', '*/30 * * * *', '2026-10-24T22:00Z', '30'],
    ['of every hour, forward', '0 * * * *', '2026-03-28T23:00Z', '60'],
    ['of every hour, back', '0 * * * *', '2026-10-24T22:00Z', '60'],
  ])('%s, comes as often as on every other day', (_, expression, from, minutes) => {
    const time = { expression, timeZone: 'Europe/Berlin' };
    for (let ms = Date.parse(from); ms < Date.parse(from) + DAY_MS; ms += Number(minutes) * 60_000) {
      expect(cronAfter(time, ms - 1)).toBe(ms);
      expect(cronUpTo(time, ms)).toBe(ms);
    }
  });
});

describe('a cron expression', () => {
  it.each<[string, CronTime, RegExp | null]>([
    ['of five fields', { expression: '30 3 * * MON-FRI', timeZone: 'Asia/Tokyo' }, null],
    ['with a nickname', { expression: '@daily' }, null],
    ['of six fields', { expression: '* * * * * *' }, /5 parts/],
    ['out of range', { expression: '61 * * * *' }, /minute/],
    ['in a place that is not', { expression: '0 3 * * *', timeZone: 'Mars/Olympus' }, /timezone/],
    ['that is a date', { expression: '2031-01-01T00:00:00' }, /date/],
    ['that never comes', { expression: '0 0 31 2 *' }, /never/],
    ['that is empty', { expression: '' }, /pattern|parts|format/],
  ])('%s', (_, time, problem) => {
    if (problem === null) expect(cronProblem(time)).toBeNull();
    else expect(cronProblem(time)).toMatch(problem);
  });
});
