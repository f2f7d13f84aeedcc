import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import config from '../../examples/renovate.json' with { type: 'json' };
import { parseLock } from '../../src/lock/parse-lock.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import { isSatisfied, unsatisfied } from '../../src/lock/satisfies.ts';
import { parseManifest } from '../../src/manifest/parse-manifest.ts';
import { importEntry } from '../../src/manifest/write-import.ts';
import { addServers, newManifest } from '../../src/manifest/write-manifest.ts';
import type { Lock } from '../../src/model/lock.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { ACTIONS, lock as anyLock, FILE, imagePin, lockOf, npmPin, sha256 } from '../lock/locks.ts';
import { extract, update } from './renovate-kubernetes.ts';

const root = resolve(import.meta.dirname, '../..');

interface Document {
  readonly kind: 'Stack' | 'Lock';
  readonly images: readonly string[];
}

/** The images of a manifest or lock as YAML has them; null for other texts. */
function read(text: string): Document | null {
  let value: { kind?: unknown; servers?: Record<string, { image?: unknown }> | null } | null;
  try {
    value = parseYaml(text) as typeof value;
  } catch {
    return null;
  }
  if (value?.kind !== 'Stack' && value?.kind !== 'Lock') return null;
  const images = Object.values(value.servers ?? {}).map((server) => server?.image);
  return { kind: value.kind, images: images.filter((image) => typeof image === 'string') };
}

const textsIn = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file) && !file.includes('node_modules'))
    .map((file) => [join(folder, file), readFileSync(join(root, folder, file), 'utf8')]);

const HEADS = {
  Stack: 'apiVersion: mcpform/v1\nkind: Stack\nname: page\n',
  Lock: 'apiVersion: mcpform/v1\nkind: Lock\n',
};

/** Blocks of pages, with the head that those leave out which begin with a section. */
const blocks = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => join('docs', file))].flatMap(
  (file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      ([, block = ''], index): readonly [string, string] => [
        `${relative('.', file)} ${index}`,
        block.includes('apiVersion:') ? block : `${HEADS.Stack}${block}`,
      ],
    ),
);

const written = [...textsIn('examples'), ...textsIn('test/scenarios'), ...blocks].filter(
  ([, text]) => read(text) !== null,
);

describe('renovate.json', () => {
  const patterns = [
    ...config.kubernetes.managerFilePatterns,
    ...config.customManagers.flatMap((each) => each.managerFilePatterns),
  ];
  const matches = (list: readonly string[], path: string): boolean =>
    list.some((pattern) => new RegExp(pattern.slice(1, -1)).test(path));

  it('has only fields that Renovate documents, and patterns that are regular expressions in its notation', () => {
    expect(Object.keys(config)).toEqual([
      '$schema',
      'description',
      'extends',
      'kubernetes',
      'customManagers',
    ]);
    expect(Object.keys(config.kubernetes)).toEqual(['managerFilePatterns']);
    for (const manager of config.customManagers) {
      expect(Object.keys(manager)).toEqual([
        'customType',
        'description',
        'managerFilePatterns',
        'matchStrings',
        'datasourceTemplate',
        'versioningTemplate',
      ]);
    }
    for (const pattern of patterns) expect(pattern).toMatch(/^\/.+\/$/);
    // RE2 has no look-around and no back references.
    const expressions = [...patterns, ...config.customManagers.flatMap((each) => each.matchStrings)];
    for (const expression of expressions) expect(expression).not.toMatch(/\(\?[=!]|\(\?<[=!]|\\[1-9]/);
  });

  it.each([
    ['mcp.yaml', true, true],
    ['mcp.yml', true, true],
    ['stacks/team/mcp.yaml', true, true],
    ['mcp.lock.yaml', true, false],
    ['stacks/team/mcp.lock.yaml', true, false],
    ['mcp.laptop.yaml', true, false],
    ['mcp.laptop.lock.yaml', true, false],
    ['not-mcp.yaml', false, false],
    ['mcp.json', false, false],
    ['mcp.lock.d/x.npm.json', false, false],
    ['mcp/values.yaml', false, false],
  ])('takes %s for images: %s, and for packages: %s', (path, forImages, forPackages) => {
    expect(matches(config.kubernetes.managerFilePatterns, path)).toBe(forImages);
    for (const manager of config.customManagers)
      expect(matches(manager.managerFilePatterns, path)).toBe(forPackages);
  });
});

describe('packages in a manifest', () => {
  const find = (text: string): readonly string[] =>
    config.customManagers.flatMap(({ matchStrings, datasourceTemplate }) =>
      matchStrings.flatMap((expression) =>
        [...text.matchAll(new RegExp(expression, 'g'))].map(
          ({ groups }) => `${datasourceTemplate} ${groups?.['depName']} ${groups?.['currentValue']}`,
        ),
      ),
    );

  it.each([
    ['package: npm:@acme/x@1.2.3', ['npm @acme/x 1.2.3']],
    ['package: "npm:x@1.2.3-rc.1"', ['npm x 1.2.3-rc.1']],
    ["package: 'npm:x@1.2.3' # why", ['npm x 1.2.3']],
    ['x: { package: npm:x@1.2.3, bin: y }', ['npm x 1.2.3']],
    ['x: { package: npm:x@1.2.3 }', ['npm x 1.2.3']],
    ['package: pypi:mcp-server-time@2026.1.1', ['pypi mcp-server-time 2026.1.1']],
    ['package: pypi:mcp[cli,ws]==1.0rc1', ['pypi mcp 1.0rc1']],
    ['package: npm:x@^1.2.3', []],
    ['package: npm:x@1.2', []],
    ['package: npm:x@1.2.3 || 2', []],
    ['package: npm:x@1.2.3 - 2.0.0', []],
    ['package: npm:x@latest', []],
    ['package: npm:x', []],
    ['package: pypi:x', []],
    ['package: git:https://git.example.com/x@1.2.3', []],
    ['package: mcpb:https://example.com/x@1.2.3.mcpb', []],
  ])('of "%s" are found: %j', (line, found) => {
    expect(find(`servers:\n  x:\n    ${line}`)).toEqual(found);
    expect(find(`servers:\r\n  x:\r\n    ${line}\r\n    args: []\r\n`)).toEqual(found);
  });

  it('are those that the manifest’s own reader finds, and exact', () => {
    const text = `${HEADS.Stack}servers:
  a: { package: npm:@acme/x@1.2.3 }
  b:
    package: pypi:time[all]==2026.1.1
  c:
    package: npm:y@^1
`;
    const { servers } = manifestOf(text);
    const exact = servers.flatMap(({ runtime }) =>
      runtime.kind === 'package' && /^\d/.test(runtime.version ?? '')
        ? [`${runtime.ecosystem} ${runtime.name.replace(/\[.*/, '')} ${runtime.version}`]
        : [],
    );
    expect(find(text)).toEqual(exact);
  });
});

function manifestOf(text: string): Manifest {
  const source = { path: '/repo/mcp.yaml', bytes: new TextEncoder().encode(text) };
  const { manifest, findings } = parseManifest([source], {
    root: '/repo',
    variables: {},
    clientNames: ['claude-code'],
  });
  if (manifest === null) throw new Error(JSON.stringify(findings));
  return manifest;
}

function lockFrom(text: string): Lock {
  const { lock, findings } = parseLock(new TextEncoder().encode(text), FILE);
  if (lock === null) throw new Error(JSON.stringify(findings));
  return lock;
}

const found = (text: string): readonly string[] => extract(text).map(({ reference }) => reference);

describe('images', () => {
  it('are looked for in many texts, in locks and manifests, and some have images', () => {
    const kinds = written.map(([, text]) => read(text)?.kind);
    expect(kinds.filter((kind) => kind === 'Stack').length).toBeGreaterThan(40);
    expect(kinds.filter((kind) => kind === 'Lock').length).toBeGreaterThan(0);
    expect(written.flatMap(([, text]) => read(text)?.images ?? []).length).toBeGreaterThan(1);
  });

  it.each(written)('of %s are all found, and nothing else', (_, text) => {
    expect([...found(text)].sort()).toEqual([...(read(text)?.images ?? [])].sort());
  });

  it('of every lock are found with their exact names, tags and digests, and can be updated', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const text = printLock(lock);
        expect([...found(text)].sort()).toEqual(
          Object.values(lock.servers)
            .flatMap((pin) => (pin.kind === 'image' ? [pin.image] : []))
            .sort(),
        );
        for (const { name, tag } of extract(text)) {
          const next = lockFrom(
            update(
              text,
              { name, ...(tag === undefined ? {} : { tag }) },
              { tag: '9', digest: sha256('new') },
            ),
          );
          for (const [server, pin] of Object.entries(lock.servers)) {
            const isMeant =
              pin.kind === 'image' && pin.image.startsWith(`${name}${tag === undefined ? '' : `:${tag}`}@`);
            const image = `${name}${tag === undefined ? '' : ':9'}@${sha256('new')}`;
            expect(next.servers[server]).toEqual(isMeant ? { ...pin, image } : pin);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of what `init` and `import` write are found, and what they write has none of its own', () => {
    const client = { client: 'claude-code', scope: 'user' } as const;
    const entries = [
      importEntry('docker', client, {
        type: 'stdio',
        command: 'docker',
        args: ['run', '-i', 'mcp/time:1.0'],
        env: { IMAGE: 'x' },
      }),
      importEntry('remote', client, { type: 'http', url: 'https://example.com/image:1' }),
    ].map(({ imported }) => imported);
    const servers = entries.filter((entry) => entry !== null);
    expect(servers).toHaveLength(2);
    const first = newManifest({ name: 'x', servers });
    const empty = newManifest({ name: 'x', servers: [] });
    expect(found(first)).toEqual([]);
    expect(found(empty)).toEqual([]);
    const images = ['mcp/time:1.0', '127.0.0.1:5000/x:2', `ghcr.io/acme/y:3@${sha256(1)}`];
    const more = images.map((image, index) => ({ name: `s${index}`, server: { image, targets: [client] } }));
    for (const text of [newManifest({ name: 'x', servers: more }), addServers(first, more, { name: 'x' })]) {
      expect(found(text)).toEqual(images);
      expect(found(text.replaceAll('\n', '\r\n'))).toEqual(images);
    }
  });
});

describe('one update', () => {
  const manifest = `${HEADS.Stack}servers:
  tagged:
    image: ghcr.io/acme/x:1.0 # the tag alone: the lock has the digest
  again:
    image: "ghcr.io/acme/x:1.0"
  pinned:
    image: ghcr.io/acme/y:2.0@${sha256('y')}
  other:
    image: ghcr.io/acme/z:1.0
  files:
    package: npm:files@1.0.0
`;
  const lock = printLock(
    lockOf({
      tagged: imagePin('ghcr.io/acme/x:1.0', 'x', ACTIONS),
      again: imagePin('ghcr.io/acme/x:1.0', 'x'),
      pinned: imagePin('ghcr.io/acme/y:2.0', 'y', ACTIONS),
      other: imagePin('ghcr.io/acme/z:1.0', 'z'),
      files: npmPin('files', '1.0.0'),
    }),
  );

  it('is found in manifest and lock as the same image, which differ at most by the digest', () => {
    const inManifest = extract(manifest).map(({ name, tag }) => `${name}:${tag}`);
    const inLock = extract(lock).map(({ name, tag }) => `${name}:${tag}`);
    expect([...inManifest].sort()).toEqual([...inLock].sort());
    expect(extract(lock).every(({ digest }) => digest !== undefined)).toBe(true);
    expect(unsatisfied(manifestOf(manifest), lockFrom(lock))).toEqual([]);
  });

  it.each([
    ['a new tag', { name: 'ghcr.io/acme/x', tag: '1.0' }, { tag: '1.1', digest: sha256('new') }],
    [
      'a new tag of a pinned image',
      { name: 'ghcr.io/acme/y', tag: '2.0' },
      { tag: '2.1', digest: sha256('new') },
    ],
    ['a tag that moved', { name: 'ghcr.io/acme/y', tag: '2.0' }, { tag: '2.0', digest: sha256('new') }],
  ])('to %s leaves a lock that answers the manifest', (_, of, to) => {
    const [nextManifest, nextLock] = [update(manifest, of, to), update(lock, of, to)];
    expect(nextLock).not.toBe(lock);
    const [after, pins] = [manifestOf(nextManifest), lockFrom(nextLock)];
    expect(unsatisfied(after, pins)).toEqual([]);
    const before = lockFrom(lock);
    for (const { name, runtime } of after.servers) {
      const pin = pins.servers[name];
      expect(pin !== undefined && isSatisfied(runtime, pin)).toBe(true);
      expect(pin?.signer).toEqual(before.servers[name]?.signer);
    }
    expect(nextManifest).toContain('# the tag alone: the lock has the digest');
    expect(printLock(pins)).toBe(nextLock);
  });

  it('of the manifest alone, or of a package in the lock, is noticed', () => {
    const of = { name: 'ghcr.io/acme/x', tag: '1.0' };
    const half = manifestOf(update(manifest, of, { tag: '1.1', digest: sha256('new') }));
    expect(unsatisfied(half, lockFrom(lock))).toEqual([
      { server: 'tagged', reason: 'changed' },
      { server: 'again', reason: 'changed' },
    ]);
    const { findings } = parseLock(
      new TextEncoder().encode(lock.replace('files@1.0.0', 'files@1.0.1')),
      FILE,
    );
    expect(findings.map(({ code }) => code)).toEqual(['LOCK_MIXED']);
  });
});
