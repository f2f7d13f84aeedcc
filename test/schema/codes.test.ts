import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/model/codes.ts';

const src = resolve(import.meta.dirname, '../../src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/model\/codes[./]/.test(file))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));
const codes = Object.keys(CODES);

describe('the table of codes', () => {
  it('has no code that nothing uses', () => {
    const used = new Set(
      sources.flatMap(({ text }) => text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b/g) ?? []),
    );
    expect(codes.filter((code) => !used.has(code))).toEqual([]);
  });

  it('has every code that something uses', () => {
    const given = sources.flatMap(({ file, text }) =>
      [
        ...text.matchAll(/(?:\bcode: |new McpformError\(\s*|\.(?:error|warning)\(\s*)'([A-Z][A-Z0-9_]*)'/g),
      ].map(([, code]) => `${file} ${code}`),
    );
    expect(given.length).toBeGreaterThan(50);
    const unknown = given.filter((each) => !codes.includes(each.split(' ')[1] as string));
    // The platform's own codes (EIO) are no codes of ours.
    expect(unknown.filter((each) => !/ E[A-Z0-9]+$/.test(each))).toEqual([]);
  });

  it.each(Object.entries(CODES))('says of %s what it means, in a sentence or two', (code, { meaning }) => {
    expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
    expect(meaning).toMatch(/^(?:[A-Z`]|mcpform ).*[.!]$/s);
    expect(meaning.length).toBeLessThan(400);
  });
});
