import { describe, expect, it } from 'vitest';
import { type CronTime, cronProblem } from '../../../src/loop/schedule/client.ts';
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
