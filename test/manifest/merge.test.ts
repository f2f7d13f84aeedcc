import { describe, expect, it } from 'vitest';
import { mergeDocuments, originOf } from '../../src/manifest/merge.ts';
import { findingsOf, HEAD, manifestOf, parseStack } from './stack.ts';

describe('mergeDocuments', () => {
  it.each([
    ['maps deeply', [{ a: { b: 1, c: 2 } }, { a: { c: 3, d: 4 } }], { a: { b: 1, c: 3, d: 4 } }],
    ['lists by replacing them', [{ a: [1, 2] }, { a: [3] }], { a: [3] }],
    ['scalars by replacing them', [{ a: 1 }, { a: 'x' }], { a: 'x' }],
    ['a map over a scalar', [{ a: 1 }, { a: { b: 2 } }], { a: { b: 2 } }],
    [
      'null by removing',
      [
        { a: 1, b: { c: 1, d: 2 } },
        { a: null, b: { c: null } },
      ],
      { b: { d: 2 } },
    ],
    ['null that removes nothing by keeping it', [{ a: 1 }, { b: null }], { a: 1, b: null }],
    ['a key that comes back', [{ a: { b: 1 } }, { a: null }, { a: { c: 2 } }], { a: { c: 2 } }],
    ['three in order', [{ a: 1 }, { a: 2 }, { a: 3 }], { a: 3 }],
    ['new keys after the others', [{ b: 1 }, { a: 2, b: 3 }], { b: 3, a: 2 }],
  ])('joins %s', (_, documents, expected) => {
    const merged = mergeDocuments(documents);
    expect(merged).toEqual(expected);
    expect(Object.keys(merged as object)).toEqual(Object.keys(expected));
  });

  it('leaves what it was given alone', () => {
    const [base, over] = [{ a: { b: 1 } }, { a: { b: 2 } }];
    mergeDocuments([base, over]);
    expect(base).toEqual({ a: { b: 1 } });
  });
});

describe('originOf', () => {
  const documents = [
    { a: { b: 1, c: [1] }, only: 1 },
    { a: { b: 2, d: 3 }, gone: null },
  ];
  it.each([
    [['a', 'b'], 1],
    [['a', 'c', '0'], 0],
    [['a', 'd'], 1],
    [['a', 'missing'], 1],
    [['only'], 0],
    [['gone'], 1],
    [['nowhere'], 0],
    [[], 0],
  ])('finds %j in document %i', (path, index) => {
    expect(originOf(documents, path)).toBe(index);
  });
});

describe('several files', () => {
  const base = `${HEAD}servers:
  docs: { package: npm:docs@1.0.0, args: [a, b], env: { LEVEL: info, MODE: x } }
  old: { command: x }
`;

  it('make one manifest', () => {
    const manifest = manifestOf([
      base,
      'servers:\n  docs: { args: [c], env: { LEVEL: debug } }\n  old: null\n  new: { command: y }\n',
    ]);
    expect(manifest.files).toEqual(['/repo/mcp.yaml', '/repo/over-1.yaml']);
    expect(manifest.servers.map(({ name }) => name)).toEqual(['docs', 'new']);
    expect(manifest.servers[0]).toMatchObject({ args: ['c'], env: { LEVEL: 'debug', MODE: 'x' } });
  });

  it('may change what runs: exactly one runtime is counted after merging', () => {
    const over = 'servers:\n  docs: { package: null, command: docs, enabled: false }\n';
    expect(manifestOf([base, over]).servers[0]).toMatchObject({
      runtime: { kind: 'command' },
      enabled: false,
    });
    expect(findingsOf([base, 'servers: { docs: { command: docs } }\n'])).toEqual([
      '1:12 MANIFEST_RUNTIME servers.docs: has command and package; exactly one says what runs',
    ]);
  });

  it('have their findings in the file that is at fault', () => {
    const { findings } = parseStack([
      base.replace('a, b', 'a, 3'),
      'servers:\n  docs: { env: { LEVEL: 1 } }\n  new: { comand: y }\n  never: null\n',
    ]);
    expect(findings.map(({ at, code }) => [at?.file, at?.line, at?.column, code])).toEqual([
      ['/repo/mcp.yaml', 5, 46, 'MANIFEST_WRONG_TYPE'],
      ['/repo/over-1.yaml', 2, 25, 'MANIFEST_WRONG_TYPE'],
      ['/repo/over-1.yaml', 3, 10, 'MANIFEST_UNKNOWN_KEY'],
      ['/repo/over-1.yaml', 4, 10, 'MANIFEST_WRONG_TYPE'],
    ]);
  });

  it('are all read before anything is said about them together', () => {
    const { findings } = parseStack(['a: [', 'b: ]\n', HEAD]);
    expect(findings.map(({ at, code }) => [at?.file, code])).toEqual([
      ['/repo/mcp.yaml', 'YAML_SYNTAX'],
      ['/repo/over-1.yaml', 'YAML_SYNTAX'],
    ]);
  });

  it('resolve paths from the first', () => {
    const over = 'servers: { old: { targets: [{ client: claude-code, scope: local, path: x }] } }\n';
    expect(manifestOf([base, over]).servers[1]?.targets[0]?.folder).toBe('/repo/x');
  });
});
