import { describe, expect, it } from 'vitest';
import { agoWords, localClock, localTime } from '../../src/report/times.ts';

describe('a time for people', () => {
  it('is by the clock of the machine, and of the day', () => {
    const date = new Date(2026, 2, 9, 7, 5, 3);
    expect(localTime(date.toISOString())).toBe('2026-03-09 07:05');
    expect(localClock(date.toISOString())).toBe('07:05:03');
  });

  it('that is none is shown as it is, harmless', () => {
    expect(localTime('soon\u001b[31m')).not.toContain('\u001b');
  });

  it.each([
    [0, '0 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3_600_000, '1 h ago'],
    [49 * 3_600_000, '2 d ago'],
  ])('%i ms back is `%s`', (ms, words) => {
    expect(agoWords('2026-03-02T12:00:00.000Z', Date.parse('2026-03-02T12:00:00.000Z') + ms)).toBe(words);
  });

  it('that is to come is said by the clock', () => {
    const date = new Date(2026, 2, 9, 7, 5, 3);
    expect(agoWords(date.toISOString(), date.getTime() - 1000)).toBe('at 2026-03-09 07:05');
  });
});
