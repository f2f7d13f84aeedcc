import { describe, expect, it } from 'vitest';
import { looksAgain } from '../../../src/loop/decide/looks-again.ts';
import type { PassError } from '../../../src/loop/model.ts';

const because = (code: PassError['code']) => ({ 'docker/container/a': { code, message: 'no' } });

describe('one pass makes another one at once', () => {
  it.each([
    ['when it wrote something', { done: 1 }, 0, true],
    ['when it had nothing to do: no', { done: 0 }, 0, false],
    ['when something moved under its hands', { done: 0, failures: because('ENGINE_PLACE_MOVED') }, 1, true],
    ['when an entry did', { done: 0, failures: because('CLIENT_ENTRY_MOVED') }, 1, true],
    ['when it moves again and again: no', { done: 0, failures: because('ENGINE_PLACE_MOVED') }, 2, false],
    ['when something else failed: no', { done: 0, failures: because('HEALTH_TIMEOUT') }, 1, false],
  ] as const)('%s', (_, report, failures, expected) => {
    expect(looksAgain(report, { failures })).toBe(expected);
  });
});
