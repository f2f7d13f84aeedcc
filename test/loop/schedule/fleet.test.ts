import { describe, expect, test } from 'vitest';
import { simulateFleet } from './fleet.ts';

const MINUTE = 60_000;
const fleet = {
  machines: 500,
  intervalMs: 5 * MINUTE,
  jitterPercent: 5,
  startWithinMs: 30 * MINUTE,
  untilMs: 240 * MINUTE,
  pushAtMs: 90 * MINUTE,
  outage: { fromMs: 120 * MINUTE, toMs: 150 * MINUTE },
};

describe('machines that poll one repository', () => {
  const report = simulateFleet(fleet);
  const mean = (fromMinute: number, toMinute: number): number => {
    const seconds = report.perSecond.slice(fromMinute * 60, toMinute * 60);
    return seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
  };

  test('ask once in an interval', () => {
    const expected = fleet.machines / (fleet.intervalMs / 1000);
    expect(mean(60, 120)).toBeGreaterThan(expected * 0.95);
    expect(mean(60, 120)).toBeLessThan(expected * 1.05);
  });

  test('have all seen a push within an interval and its jitter', () => {
    expect(report.convergedMs.all).toBeLessThanOrEqual(fleet.intervalMs * 1.05);
    expect(report.convergedMs.half).toBeLessThan(report.convergedMs.most);
  });

  test('do not come all at once when the host is back', () => {
    const herd = Math.max(...report.perSecond.slice(150 * 60, 150 * 60 + 10));
    expect(herd).toBeLessThan(fleet.machines / 20);
    expect(report.recoveredMs.all).toBeLessThanOrEqual(fleet.intervalMs * 1.05);
  });

  test('do the same every time', () => {
    expect(simulateFleet(fleet)).toEqual(report);
  });
});
