import { expect, it } from 'vitest';
import { toBytes } from '../../src/model/size.ts';

it.each<[string | number, number]>([
  [1048576, 1048576],
  ['1048576', 1048576],
  ['1048576b', 1048576],
  ['1k', 1024],
  ['1K', 1024],
  ['1KB', 1024],
  ['1kib', 1024],
  ['512m', 536870912],
  ['512M', 536870912],
  ['256Mi', 268435456],
  ['1.5Gi', 1610612736],
  ['2T', 2199023255552],
  ['0.5k', 512],
  ['1.0001k', 1024],
])('%s is %d bytes', (text, bytes) => {
  expect(toBytes(text)).toBe(bytes);
});
