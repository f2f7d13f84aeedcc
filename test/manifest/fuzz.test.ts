import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseYaml } from '../../src/formats/yaml-parse.ts';
import { hasErrors } from '../../src/model/finding.ts';
import { HEAD, parseStack } from './stack.ts';

const GOOD = `${HEAD}variables: { docs: { default: /srv } }
secrets: { t: { env: T }, o: { exec: [op, read, x] } }
defaults: { targets: [{ client: claude-code, scope: user }] }
x-env: &env { LEVEL: info }
servers:
  a: { package: "npm:@a/b@1.2.3", args: ["\${var.docs}", --x], env: *env }
  b:
    url: https://x.example/mcp
    headers: { Authorization: "Bearer \${secret.t}" }
    dependsOn: [a]
    lifecycle: { keep: [/headers/X], protect: true }
  c:
    image: ghcr.io/a/b:1
    transport: http
    port: 3001
    volumes: ["data:/data"]
    networks: [n]
networks: { n: }
volumes: { data: {} }
moved: [{ from: claude-code/user/z, to: claude-code/user/a }]
`;

/** What must hold for any input at all. */
function check(input: string | Uint8Array | readonly (string | Uint8Array)[]): void {
  const { manifest, findings } = parseStack(input, { variables: { docs: '${HOME}' } });
  expect(manifest === null).toBe(hasErrors(findings));
  for (const { at, message } of findings) {
    expect(message).not.toBe('');
    expect(at?.file).toMatch(/^\/repo\//);
    if (at?.line !== undefined) expect(at.column).toBeGreaterThan(0);
  }
}

/** Pieces that mean something in YAML or to us. */
const piece = fc.constantFrom(
  ...[...'[]{}:,-?&*!|>\'"%@`#$~\n\t \r\\', '\0', '\ufeff', '\u202e', '\ud800', '😀'],
  ...[
    '<<',
    '- ',
    ': ',
    '? ',
    '*env',
    '&env',
    '!!str',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '  ',
    '${',
    '$${',
    '}',
    '${var.',
  ],
  ...[
    '${secret.t}',
    '${A:-b}',
    'null',
    '.inf',
    '__proto__',
    'constructor',
    'x-',
    'servers',
    'command: x',
    '0x1',
    '1e999',
  ],
);

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.integer({ min: 0, max: 12 }),
  insert: fc.array(piece, { maxLength: 4 }),
});

function mutate(
  text: string,
  mutations: readonly { at: number; cut: number; insert: readonly string[] }[],
): string {
  return mutations.reduce((current, { at, cut, insert }) => {
    const start = Math.floor(at * current.length);
    return current.slice(0, start) + insert.join('') + current.slice(start + cut);
  }, text);
}

describe('any input', () => {
  it('the one that is mutated below is right', () => {
    expect(parseStack(GOOD).findings).toEqual([]);
  });

  it('of random bytes ends in findings', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), check), { numRuns: 1_000 });
  });

  it('of random pieces of YAML ends in findings', () => {
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, check), { numRuns: 2_000 });
  });

  it('of a stack with random changes ends in a manifest or in findings', () => {
    const changed = fc
      .array(mutation, { minLength: 1, maxLength: 4 })
      .map((mutations) => mutate(GOOD, mutations));
    fc.assert(fc.property(changed, check), { numRuns: 1_500 });
    fc.assert(
      fc.property(changed, changed, (base, over) => check([base, over])),
      { numRuns: 300 },
    );
  });

  it('of any JSON in the place of any part ends in a manifest or in findings', () => {
    const document = parse(GOOD) as Record<string, unknown>;
    const part = fc.constantFrom(
      ...Object.keys(document),
      'servers.a',
      'servers.b',
      'servers.c',
      'secrets.t',
    );
    const field = fc.constantFrom(
      'command',
      'url',
      'args',
      'env',
      'targets',
      'networks',
      'volumes',
      'health',
      'exec',
      '',
    );
    fc.assert(
      fc.property(part, field, fc.jsonValue(), (place, name, value) => {
        const copy = structuredClone(document);
        const path = [...place.split('.'), ...(name === '' ? [] : [name])];
        let parent = copy as Record<string, unknown>;
        for (const key of path.slice(0, -1)) {
          const child = parent[key];
          parent[key] = typeof child === 'object' && child !== null ? child : {};
          parent = parent[key] as Record<string, unknown>;
        }
        parent[path.at(-1) as string] = value;
        check(JSON.stringify(copy));
      }),
      { numRuns: 1_500 },
    );
  });

  it('means to us what it means to the library, where both accept it', () => {
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.json()), (each) => {
        const ours = parseYaml(new TextEncoder().encode(each), '/x');
        if (!('value' in ours)) return;
        const clean = new TextDecoder().decode(new TextEncoder().encode(each));
        expect(ours.value).toEqual(JSON.parse(JSON.stringify(parse(clean, { logLevel: 'silent' }))));
      }),
      { numRuns: 2_000 },
    );
  });
});
