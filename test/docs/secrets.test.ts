import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import { BACKEND_NAMES } from '../../src/model/secret.ts';
import { loadBackend } from '../../src/secrets/index.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/secrets.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` \| `(\{.*?\})` \| .* \| (yes|no)\b.* \|$/gm)].map(
  ([, name = '', source = '', writable]) => ({ name, source, isWritable: writable === 'yes' }),
);

function findingsIn(text: string): readonly unknown[] {
  const bytes = new TextEncoder().encode(text);
  const options = { root: '/repo', variables: {}, clientNames: ['claude-code'] };
  return parseManifest([{ path: '/repo/mcp.yaml', bytes }], options).findings;
}

describe('the page about secrets', () => {
  it('has a row for every backend, in order', () => {
    expect(rows.map(({ name }) => name)).toEqual(BACKEND_NAMES);
  });

  it.each(rows)('shows $name as a manifest may have it, and whether it can be written', async (row) => {
    const head = 'apiVersion: mcpform/v1\nkind: Stack\nname: page\n';
    const use = 'servers: { a: { command: /bin/x, env: { TOKEN: "${secret.it}" } } }\n';
    expect(findingsIn(`${head}secrets: { it: ${row.source} }\n${use}`)).toEqual([]);
    expect((await loadBackend(row.name as (typeof BACKEND_NAMES)[number])).write !== undefined).toBe(
      row.isWritable,
    );
  });

  it('shows a manifest that is valid', () => {
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block as string);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(findingsIn(block)).toEqual([]);
  });
});
