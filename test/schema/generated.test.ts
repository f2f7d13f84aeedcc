import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const script = new URL('../../scripts/generate.mjs', import.meta.url).href;
const { generate } = (await import(script)) as { generate: () => Promise<ReadonlyMap<string, string>> };
const files = await generate();

describe('generated files', () => {
  it.each([...files])('%s is what `npm run generate` writes', (file, text) => {
    expect(readFileSync(join(root, file), 'utf8')).toBe(text);
  });

  it('are all there is in src/schema', () => {
    const there = readdirSync(join(root, 'src/schema')).map((name) => `src/schema/${name}`);
    expect(there.sort()).toEqual([...files.keys()].filter((file) => file.startsWith('src/schema/')).sort());
  });

  it('load nothing at run time', () => {
    for (const [file, text] of files) {
      if (!file.endsWith('.js')) continue;
      const code = text.replace(/\.code = '[^']*';/g, '');
      expect(code).not.toMatch(/\brequire\(|^import /m);
    }
  });
});
