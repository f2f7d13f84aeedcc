import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/formats/yaml-parse.ts';

function parse(text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return parseYaml(bytes, '/x.yaml');
}

describe('parseYaml', () => {
  it.each([
    ['a: 1', { a: 1 }],
    ['a: [1, 2.5, -3, 0x10, 1e3]', { a: [1, 2.5, -3, 16, 1000] }],
    ['a: yes\nb: on\nc: true\nd: False', { a: 'yes', b: 'on', c: true, d: false }],
    ['a: ~\nb: null\nc:\nd: ""', { a: null, b: null, c: null, d: '' }],
    ['a: 2026-11-20', { a: '2026-11-20' }],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y', { a: 'x\ny\n', b: 'x y' }],
    ['a: "\\u202e\\n\\0"', { a: '\u202e\n\0' }],
    ["a: 'it''s'", { a: "it's" }],
    ['a: !!str 5\nb: !!int "5"', { a: '5', b: 5 }],
    ['a: &x { b: 1 }\nc: *x\nd: [*x, *x]', { a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }, { b: 1 }] }],
    ['a: &x 1\nb: &x 2\nc: *x', { a: 1, b: 2, c: 2 }],
    ['---\na: 1\n...\n', { a: 1 }],
    ['# only a comment above\n\na: 1 # and here\n', { a: 1 }],
    ['\ufeffa: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
    ['{"a": {"b": [null, true]}}', { a: { b: [null, true] } }],
    ['"10": a\n"2": b', { '10': 'a', '2': 'b' }],
    ['naïve: 名前 😀', { naïve: '名前 😀' }],
    ['a:\tb', { a: 'b' }],
    ['- a\n- b', ['a', 'b']],
    ['just text', 'just text'],
    ['---', null],
  ])('reads %j', (text, value) => {
    const { findings, ...parsed } = parse(text);
    expect(findings).toEqual([]);
    expect(parsed.value).toEqual(value);
  });

  it.each([
    ['a: [1, 2', '1:9 YAML_SYNTAX'],
    ['a: "x', '1:6 YAML_SYNTAX'],
    ['a: b: c', '1:4 YAML_SYNTAX'],
    ['a: 1\n b: 2', '1:4 YAML_SYNTAX'],
    ['a:\n  - b\n c', '3:1 YAML_SYNTAX'],
    ['a: @x', '1:4 YAML_SYNTAX'],
    ['a: "\\q"', '1:5 YAML_SYNTAX'],
    ['a: }', '1:4 YAML_SYNTAX'],
    ['a: 1\nb: 2\na: 3', '3:1 YAML_DUPLICATE_KEY'],
    ['x:\n  - { a: 1, "a": 2 }', '2:13 YAML_DUPLICATE_KEY'],
    ['a:\n\tb: 1', '2:1 YAML_TAB'],
    ['a:\n  b: 1\n\tc: 2', '3:1 YAML_TAB'],
    ['%YAML 1.1\n---\na: yes', '1:1 YAML_DIRECTIVE'],
    ['%YAML 1.2\n---\na: 1', '1:1 YAML_DIRECTIVE'],
    ['%TAG ! tag:x,2000:\n---\na: 1', '1:1 YAML_DIRECTIVE'],
    ['a: 1\n---\nb: 2', '2:1 YAML_DOCUMENTS'],
    ['a: !env HOME', '1:9 YAML_TAG'],
    ['a: !!binary aGk=', '1:13 YAML_TAG'],
    ['a: !!js/function "x"', '1:18 YAML_TAG'],
    ['a: ! x', '1:6 YAML_TAG'],
    ['<<: 1', '1:1 YAML_MERGE_KEY'],
    ['a: &a { b: 1 }\nc:\n  <<: *a\n  d: 2', '3:3 YAML_MERGE_KEY'],
    ['a: { "<<": 1 }', '1:6 YAML_MERGE_KEY'],
    ['8080: a', '1:1 YAML_KEY'],
    ['true: a', '1:1 YAML_KEY'],
    ['null: a', '1:1 YAML_KEY'],
    ['? [a, b]\n: c', '1:3 YAML_KEY'],
    ['? { a: b }\n: c', '1:3 YAML_KEY'],
    [': a', '1:1 YAML_KEY'],
    ['a: &x b\n*x : c', '2:1 YAML_KEY'],
    ['&k a: b', '1:4 YAML_KEY'],
    ['__proto__: { a: 1 }', '1:1 YAML_KEY'],
    ['a: { constructor: 1 }', '1:6 YAML_KEY'],
    ['"prototype": 1', '1:1 YAML_KEY'],
    ['a:\n  - hasOwnProperty: 1', '2:5 YAML_KEY'],
    ['"a\\u202eb": 1', '1:1 YAML_KEY'],
    ['"a\\u0000b": 1', '1:1 YAML_KEY'],
    ['"a\\nb": 1', '1:1 YAML_KEY'],
    ['"a\\u200bb": 1', '1:1 YAML_KEY'],
    ['a: .inf', '1:4 YAML_NUMBER'],
    ['a: [1, .nan]', '1:8 YAML_NUMBER'],
    ['a: *x', '1:4 YAML_ALIAS'],
    ['a: &x [*x]', '1:8 YAML_ALIAS'],
    ['a: *x\nb: &x 1', '1:4 YAML_ALIAS'],
    ['a: \u0000', '1:4 YAML_CHARACTER'],
    ['a: x\u001b[2Jy', '1:5 YAML_CHARACTER'],
    ['a: x\u007f', '1:5 YAML_CHARACTER'],
    ['a: x\u0085', null],
    ['', '? YAML_EMPTY'],
    ['\n\n  \n# nothing\n', '? YAML_EMPTY'],
    ['\ufeff', '? YAML_EMPTY'],
  ])('says for %j: %s', (text, expected) => {
    const { findings, ...parsed } = parse(text);
    const [first] = findings;
    const place = first?.at?.line === undefined ? '?' : `${first.at.line}:${first.at.column}`;
    expect(first === undefined ? null : `${place} ${first.code}`).toBe(expected);
    expect(findings.length).toBeLessThanOrEqual(1);
    expect('value' in parsed).toBe(expected === null);
    if (first !== undefined) expect(first.hint).toBeTruthy();
  });

  it('finds everything that is not syntax at once', () => {
    const { findings } = parse('a: 1\na: 2\n8: x\nb: !t y\nc: *z\n<<: 1\n');
    expect(findings.map(({ code, at }) => `${at?.line} ${code}`)).toEqual([
      '2 YAML_DUPLICATE_KEY',
      '3 YAML_KEY',
      '4 YAML_TAG',
      '5 YAML_ALIAS',
      '6 YAML_MERGE_KEY',
    ]);
  });

  it.each([
    ['UTF-16 little endian with a mark', [0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x31, 0]],
    ['UTF-16 big endian with a mark', [0xfe, 0xff, 0, 0x61, 0, 0x3a, 0, 0x31]],
    ['UTF-16 little endian without a mark', [0x61, 0, 0x3a, 0, 0x20, 0, 0x31, 0]],
    ['UTF-16 big endian without a mark', [0, 0x61, 0, 0x3a, 0, 0x20, 0, 0x31]],
    ['Latin 1', [0x61, 0x3a, 0x20, 0xe9]],
    ['a cut character', [0x61, 0x3a, 0x20, 0xe2, 0x82]],
    ['an overlong NUL', [0x61, 0x3a, 0x20, 0xc0, 0x80]],
    ['a surrogate', [0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(parse(Uint8Array.from(bytes)).findings).toMatchObject([
      { code: 'YAML_ENCODING', at: { file: '/x.yaml' } },
    ]);
  });

  it('warns of text that reads in another direction than it is written', () => {
    const { findings, ...parsed } = parse('a: 1\nb: x # \u202e }');
    expect(findings).toMatchObject([{ code: 'YAML_BIDI', severity: 'warning', at: { line: 2, column: 8 } }]);
    expect(parsed.value).toEqual({ a: 1, b: 'x' });
  });

  it('counts lines and columns the same with CRLF, a byte order mark and characters beyond the basic plane', () => {
    expect(parse('\ufeffa: 1\r\n"😀": 1\r\n"😀": 2\r\n').findings).toMatchObject([
      { at: { line: 3, column: 1 } },
    ]);
    expect(parse('x: ["😀", .inf]\r\n').findings).toMatchObject([
      { at: { line: 1, column: 11, excerpt: 'x: ["😀", .inf]' } },
    ]);
  });

  it('never repeats the text in a message, where a credential could be', () => {
    const token = ['ghp', '_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
    for (const text of [`a: [${token}`, `a: ${token}: ${token}`, `a: 1\n${token}\nb: 2`, `a: }${token}`]) {
      const { findings } = parse(text);
      expect(findings).toHaveLength(1);
      expect(JSON.stringify(findings)).not.toContain(token);
    }
  });

  it('leaves an excerpt out when the line is one that nobody reads', () => {
    const [finding] = parse(`a: "${'x'.repeat(1000)}\nb`).findings;
    expect(finding?.code).toBe('YAML_SYNTAX');
    expect(parse(`{ a: "${'x'.repeat(1000)}", a: 1 }`).findings[0]?.at).toEqual({
      file: '/x.yaml',
      line: 1,
      column: 1010,
    });
  });
});

describe('limits', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  it('let every depth through that a document of ours can have', () => {
    expect(parse(`a: ${nested(60)}`).findings).toEqual([]);
    expect(parse(Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')).findings).toEqual([]);
  });

  it.each([
    ['brackets', '['],
    ['braces', '{a: '],
    ['dashes', '- '],
    ['explicit keys', '? '],
    ['empty keys', ': '],
  ])('stop at a depth of a hundred %s, and of a million', (_, part) => {
    for (const count of [100, 1_000_000]) {
      expect(parse(part.repeat(count)).findings).toMatchObject([{ code: 'YAML_TOO_DEEP', at: { line: 1 } }]);
    }
  });

  it('stop at a depth of indentation', () => {
    const text = Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
    expect(parse(text).findings).toMatchObject([{ code: 'YAML_TOO_DEEP', at: { line: 66 } }]);
  });

  it('stop aliases that multiply, whatever way they are nested', () => {
    const level = (i: number, of: string): string => `l${i}: &l${i} [${Array(9).fill(of).join(', ')}]\n`;
    const lists = level(0, 'lol') + Array.from({ length: 9 }, (_, i) => level(i + 1, `*l${i}`)).join('');
    const maps = `m0: &m0 { a: 1, b: 2 }\n${Array.from({ length: 40 }, (_, i) => `m${i + 1}: &m${i + 1} { a: *m${i}, b: *m${i} }\n`).join('')}`;
    for (const text of [lists, maps]) {
      const codes = parse(text).findings.map(({ code }) => code);
      expect(new Set(codes)).toEqual(new Set(['YAML_ALIAS_LIMIT']));
      expect(codes).toHaveLength(1);
    }
  });

  it('let ten thousand servers share their settings', () => {
    const text = `e: &e { A: b, C: d }\ns:\n${Array.from({ length: 10_000 }, (_, i) => `  s${i}: { env: *e, t: *e }\n`).join('')}`;
    expect(parse(text).findings).toEqual([]);
  });

  it('stop too many aliases', () => {
    expect(parse(`a: &a 1\nb: [${'*a, '.repeat(60_000)}]`).findings).toMatchObject([
      { code: 'YAML_ALIAS_LIMIT' },
    ]);
  });

  it.each([4 * 1024 * 1024 + 1, 50 * 1024 * 1024])('refuse %i bytes without looking at them', (size) => {
    expect(parse(new Uint8Array(size)).findings).toMatchObject([
      { code: 'YAML_TOO_LARGE', at: { file: '/x.yaml' } },
    ]);
  });
});
