import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { HEAD, parse } from './locks.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/tools.md'), 'utf8');

it('shows offers as a lock has them, with a seal that holds', () => {
  const [, block = ''] = /```yaml\n(offers:[\s\S]*?)```/.exec(page) ?? [];
  const { lock, findings } = parse(`${HEAD}${block}`);
  expect(findings).toEqual([]);
  expect(Object.keys(lock?.offers ?? {})).toEqual(['mail']);
});
