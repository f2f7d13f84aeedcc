import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import manifestSchema from '../../schemas/manifest.schema.json' with { type: 'json' };
import { parseManifest } from '../../src/manifest/parse-manifest.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/manifest.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block as string);

/** A block of the page with the lines that it leaves out. */
function complete(block: string): string {
  const head = block.includes('apiVersion') ? '' : 'apiVersion: mcpform/v1\nkind: Stack\nname: page\n';
  return head + block + (/^servers:/m.test(block) ? '' : 'servers: { new-name: { command: x } }\n');
}

it('shows many blocks', () => {
  expect(blocks.length).toBeGreaterThan(6);
});

it.each(blocks.map((block, index) => [index, block] as const))(
  'shows block %i so that it is valid',
  (_, block) => {
    const source = { path: '/repo/mcp.yaml', bytes: new TextEncoder().encode(complete(block)) };
    const options = { root: '/repo', variables: { region: 'eu' }, clientNames: ['claude-code'] };
    const variables = block.includes('region') ? options.variables : {};
    expect(parseManifest([source], { ...options, variables }).findings).toEqual([]);
  },
);

it('mentions every field of a server that this release can write', () => {
  const engine = [
    'health',
    'port',
    'path',
    'publish',
    'entrypoint',
    'workingDirectory',
    'hostname',
    'platform',
    'resources',
    'volumes',
    'tmpfs',
    'networks',
    'security',
    'restart',
    'init',
    'stopSignal',
    'stopTimeout',
    'labels',
    'dns',
    'extraHosts',
    'devices',
    'logging',
    'bin',
    'emit',
  ];
  const fields = Object.keys(manifestSchema.$defs.server.properties).filter(
    (field) => !engine.includes(field),
  );
  for (const field of fields) expect(page, field).toContain(field);
});
