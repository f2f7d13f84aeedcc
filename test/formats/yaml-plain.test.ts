import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseYaml } from '../../src/formats/yaml-parse.ts';
import { readPlainBytes, readPlainYaml } from '../../src/formats/yaml-plain.ts';

const encoder = new TextEncoder();

/** Where the fast reader gives a value, the careful one gives the same and has nothing to say. */
function agrees(text: string): boolean {
  const bytes = encoder.encode(text);
  const fast = readPlainBytes(bytes);
  if (fast === undefined) return false;
  const careful = parseYaml(bytes, '/x');
  expect({ text, findings: careful.findings }).toEqual({ text, findings: [] });
  expect({ text, value: fast }).toEqual({ text, value: careful.value });
  return true;
}

const examples = resolve(import.meta.dirname, '../../examples');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
);

describe('readPlainYaml', () => {
  it.each(files)('reads examples/%s', (file) => {
    expect(agrees(readFileSync(join(examples, file), 'utf8'))).toBe(true);
  });

  it.each([
    'a: 1\na: 2\n',
    '<<: {}\n',
    '__proto__: {}\n',
    '1: x\n',
    'true: x\n',
    'a: &x 1\n',
    'a: *x\n',
    'a: !!str 1\n',
    '%YAML 1.2\n---\na: 1\n',
    '--- \na: 1\n',
    'a: 1\n...\n',
    '? a\n: 1\n',
    'a:\t1\n',
    'a: 0x1f\n',
    'a: 0o17\n',
    'a: 1e5\n',
    'a: .inf\n',
    'a: 12345678901234567890\n',
    'é: 1\n',
    'a: "\u202e"\n',
    'a: [1\n',
    '"\\\n\n"',
    'toString: []\n',
    'a:\n- {}b: ',
    "a:\n- ''b: ",
    '',
    '\0',
    `${'['.repeat(100)}${']'.repeat(100)}`,
  ])('leaves %j to the careful reader', (text) => {
    expect(readPlainBytes(encoder.encode(text))).toBeUndefined();
  });

  it.each([
    ['a: yes\n', { a: 'yes' }],
    ['a: ~\nb:\nc: null\n', { a: null, b: null, c: null }],
    ['a: 0b11\nb: 1_000\nc: 1:20\nd: 2026-11-20\n', { a: '0b11', b: '1_000', c: '1:20', d: '2026-11-20' }],
    ['a: 007\nb: -1\nc: 1.50\n', { a: 7, b: -1, c: 1.5 }],
    ['a: "1"\nb: \'true\'\n', { a: '1', b: 'true' }],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y\n', { a: 'x\ny\n', b: 'x y' }],
    ['a: {b: [c, "d"], e: {}}\r\n', { a: { b: ['c', 'd'], e: {} } }],
  ])('reads %j as the core schema does', (text, value) => {
    expect(agrees(text)).toBe(true);
    expect(readPlainYaml(text)).toEqual(value);
  });

  it('means what the careful reader means, for documents of any content', () => {
    let read = 0;
    const style = fc.constantFrom(
      'PLAIN' as const,
      'QUOTE_DOUBLE' as const,
      'QUOTE_SINGLE' as const,
      'BLOCK_LITERAL' as const,
    );
    fc.assert(
      fc.property(fc.jsonValue(), style, (value, defaultStringType) => {
        if (agrees(stringify(value, { defaultStringType }))) read += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(200);
  });

  it('means what the careful reader means, for texts made of YAML’s own pieces', () => {
    const piece = fc.constantFrom(
      ...[
        ...'[]{}:,-?&*!|>\'"%@`#~\n \r\\',
        'a',
        'b: ',
        'é',
        '  ',
        '\n  ',
        '\n- ',
        '- ',
        ': ',
        ', ',
        ' #',
        '1',
        '0x',
        '.5',
        'null',
        'e1',
      ],
    );
    let read = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        if (agrees(pieces.join(''))) read += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(1_000);
  });
});
