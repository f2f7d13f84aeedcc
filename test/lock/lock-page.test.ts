import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import schema from '../../schemas/lock.schema.json' with { type: 'json' };
import { printLock } from '../../src/lock/print-lock.ts';
import { unsatisfied } from '../../src/lock/satisfies.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import type { Lock } from '../../src/model/lock.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { parse } from './locks.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/lock.md'), 'utf8');
const [manifestText = '', lockText = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, block]) => block,
);

it('shows a manifest and its lock as mcpform writes it, but for letters that have no server', () => {
  const source = { path: '/repo/mcp.yaml', bytes: new TextEncoder().encode(manifestText) };
  const { manifest, findings } = parseManifest([source], {
    root: '/repo',
    variables: {},
    clientNames: ['claude-code'],
  });
  expect(findings).toEqual([]);
  const { lock } = parse(lockText);
  expect(unsatisfied(manifest as Manifest, lock as Lock)).toEqual([]);
  const printed = printLock(lock as Lock).replace(/^ {2}# \S+\n(?= {2}#)/gm, '');
  expect(printed.replace(/\n\n {2}# z\n$/, '\n')).toBe(lockText);
});

it('explains every fact below a server’s name', () => {
  const facts = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, fact]) => fact);
  const known = Object.keys(schema.properties.servers.additionalProperties.properties);
  expect(facts.filter((fact) => known.includes(fact as string)).sort()).toEqual([...known].sort());
});
