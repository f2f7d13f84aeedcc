import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { CODES } from '../../src/model/codes.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = [
  ...readdirSync(resolve(root, 'docs')).map((file) => `docs/${file}`),
  'CONTRIBUTING.md',
  'CHANGELOG.md',
];

it.each(pages)('%s links only to files that are there', (page) => {
  const text = readFileSync(resolve(root, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link as string);
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(resolve(root, dirname(page), link)))).toEqual([]);
});

it.each(pages)('%s names only codes that exist', (page) => {
  const text = readFileSync(resolve(root, page), 'utf8');
  const named = text.match(/\b(?:MANIFEST|LOCK|POLICY|GRAPH|PLAN|CLIENT|STATE|APPLY)_[A-Z_]+\b/g) ?? [];
  expect(named.filter((code) => !(code in CODES))).toEqual([]);
});
