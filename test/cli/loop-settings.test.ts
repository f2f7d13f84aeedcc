import { describe, expect, test } from 'vitest';
import type { CommandInput } from '../../src/cli/command.ts';
import { loopSettings } from '../../src/cli/loop-settings.ts';
import { McpformError } from '../../src/model/error.ts';

const settingsOf = (options: Record<string, unknown>) =>
  loopSettings({ options, args: [], cwd: '/', env: {} } as unknown as CommandInput, 'seed');

function refusal(options: Record<string, unknown>): string {
  try {
    settingsOf(options);
  } catch (error) {
    if (error instanceof McpformError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'taken';
}

describe('windows', () => {
  test('begin at times, last, and may have a time zone', () => {
    const window = ['allow 0 22 * * * for 8h', 'deny 0 9 * * 1-5 for 30m in Europe/Berlin'];
    expect(settingsOf({ window }).windows).toEqual([
      { kind: 'allow', start: { expression: '0 22 * * *' }, durationMs: 28_800_000 },
      {
        kind: 'deny',
        start: { expression: '0 9 * * 1-5', timeZone: 'Europe/Berlin' },
        durationMs: 1_800_000,
      },
    ]);
  });

  test.each([
    ['0 22 * * * for 8h', /is not "allow\|deny TIMES for DURATION"/],
    ['allow 0 22 * * *', /is not "allow\|deny TIMES for DURATION"/],
    ['allow 0 22 * * * for 8', /is not a duration/],
    ['allow 0 22 * * * for 0h', /ends when it begins/],
    ['allow 0 99 * * * for 1h', /--window "allow 0 99 /],
    ['allow 0 22 * * * for 1h in Mars/Base', /no time zone "Mars\/Base"/],
    ['allow 2026-12-24T18:00 for 1h', /is a date, not a cron expression/],
  ])('%s is a usage error', (text, words) => {
    expect(refusal({ window: [text] })).toMatch(/^USAGE /);
    expect(refusal({ window: [text] })).toMatch(words);
  });
});

describe('times of cron', () => {
  test('may have a time zone, and replace the interval', () => {
    const settings = settingsOf({ cron: ['0 4 * * * in Asia/Tokyo', '@daily'] });
    expect(settings.cron).toEqual([
      { expression: '0 4 * * *', timeZone: 'Asia/Tokyo' },
      { expression: '@daily' },
    ]);
    expect(settings.intervalMs).toBeNull();
  });

  test('that never come are a usage error', () => {
    expect(refusal({ cron: ['0 0 30 2 *'] })).toMatch(/^USAGE --cron .* never comes/);
  });
});

describe('restarts of what is unhealthy', () => {
  test('are said by three options', () => {
    const { restart } = settingsOf({ restartAfter: '2', restartDelay: '5m', restartAttempts: '0' });
    expect(restart).toEqual({ threshold: 2, delayMs: 300_000, maxAttempts: 0 });
    expect(settingsOf({}).restart).toEqual({ threshold: 3, delayMs: 60_000, maxAttempts: 5 });
  });

  test.each([{ restartAfter: '0' }, { restartDelay: 'soon' }, { restartAttempts: '-1' }])(
    '%j is a usage error',
    (options) => {
      expect(refusal(options)).toMatch(/^USAGE --restart-/);
    },
  );
});
