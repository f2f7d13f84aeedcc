import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { EXIT } from '../../src/model/exit-code.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/exit-codes.md'), 'utf8');

it('documents every exit code, by number and name, in order, and no other', () => {
  const rows = [...page.matchAll(/^\| (\d+) \| (\w+) \| .+ \|$/gm)].map(([, code, name]) => [
    name,
    Number(code),
  ]);
  expect(rows).toEqual(Object.entries(EXIT));
});
