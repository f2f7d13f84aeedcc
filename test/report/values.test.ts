import { expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { showSides } from '../../src/report/values.ts';

const shown = (pointer: string, value: Json): string | null =>
  showSides({ pointer, after: { value }, cause: 'config' }).after;

it.each([
  [256 * 2 ** 20, '256Mi'],
  [3 * 2 ** 30, '3Gi'],
  [1536 * 2 ** 20, '1536Mi'],
  [6_291_456, '6Mi'],
  [1_000_000, '1000000'],
  [1024, '1Ki'],
  [-1, '-1'],
  ['odd', '"odd"'],
])('shows a limit of %s bytes as a manifest would write it: %s', (bytes, words) => {
  expect(shown('/resources/memory', bytes)).toBe(words);
  expect(shown('/resources/memorySwap', bytes)).toBe(words);
});

it('shows other numbers as they are', () => {
  expect(shown('/resources/pids', 1024)).toBe('1024');
  expect(shown('/env/resources/memory', 1024)).toBe('1024');
});
