import { describe, expect, it } from 'vitest';
import { escapeText } from '../../src/formats/escape.ts';
import { HEAD, manifestOf, parseStack } from './stack.ts';

const GOOD = `${HEAD}servers:\n  a: { command: x }\n`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le'));
const bomb = `${HEAD}servers: {}\nx-0: &x0 [a, a]\n${Array.from(
  { length: 60 },
  (_, i) => `x-${i + 1}: &x${i + 1} [*x${i}, *x${i}]\n`,
).join('')}`;

/** Input → the code of the finding, and where it is. Every one an error, in far less time than a person waits. */
const INPUTS: readonly (readonly [string, string | Uint8Array, string, number | undefined])[] = [
  ['invalid YAML', `${HEAD}servers: [a\n`, 'YAML_SYNTAX', 5],
  ['duplicate keys', `${GOOD}  a: { command: y }\n`, 'YAML_DUPLICATE_KEY', 6],
  ['duplicate top-level keys', `${GOOD}servers: {}\n`, 'YAML_DUPLICATE_KEY', 6],
  ['an alias bomb', bomb, 'YAML_ALIAS_LIMIT', 20],
  ['an alias that contains itself', `${HEAD}servers: &s { a: *s }\n`, 'YAML_ALIAS', 4],
  ['tabs as indentation', `${HEAD}servers:\n\ta: { command: x }\n`, 'YAML_TAB', 5],
  ['tabs after spaces', `${HEAD}servers:\n  a:\n  \tcommand: x\n`, 'YAML_TAB', 6],
  ['UTF-16', utf16(GOOD), 'YAML_ENCODING', undefined],
  ['Latin 1', Uint8Array.from([...bytes(GOOD), 0x23, 0xe9]), 'YAML_ENCODING', undefined],
  ['0 bytes', '', 'YAML_EMPTY', undefined],
  ['only comments', '# nothing\n', 'YAML_EMPTY', undefined],
  ['50 MB', new Uint8Array(50_000_000).fill(0x61), 'YAML_TOO_LARGE', undefined],
  ['4 MiB of line ends', '\n'.repeat(4 << 20), 'YAML_EMPTY', undefined],
  ['4 MiB of keys', 'a:\n'.repeat((4 << 20) / 3), 'YAML_TOO_LARGE', undefined],
  ['deep flow nesting', `${HEAD}servers: ${'['.repeat(100_000)}`, 'YAML_TOO_DEEP', 4],
  ['deep closed nesting', `${HEAD}servers: ${'['.repeat(1000)}${']'.repeat(1000)}`, 'YAML_TOO_DEEP', 4],
  ['deep compact nesting', `${HEAD}servers:\n  ${'- '.repeat(100_000)}`, 'YAML_TOO_DEEP', 5],
  ['NUL bytes', `${GOOD}# \0\n`, 'YAML_CHARACTER', 6],
  ['a NUL escaped into a value', GOOD.replace('command: x', 'command: "x\\0"'), 'MANIFEST_CHARACTER', 5],
  ['terminal escapes', GOOD.replace('command: x', 'command: "x\u001b[2J"'), 'YAML_CHARACTER', 5],
  ['an unknown apiVersion', GOOD.replace('mcpform/v1', 'mcpform/v9'), 'MANIFEST_API_VERSION', 1],
  ['no apiVersion', GOOD.replace('apiVersion: mcpform/v1\n', ''), 'MANIFEST_API_VERSION', 1],
  ['another kind', GOOD.replace('Stack', 'Deployment'), 'MANIFEST_KIND', 2],
  ['cyclic dependsOn', GOOD.replace('command: x', 'command: x, dependsOn: [a]'), 'MANIFEST_CYCLE', 5],
  ['a name Claude Code rejects', GOOD.replace('a:', '"a.b":'), 'MANIFEST_NAME', 5],
  ['a name Claude Code reserves', GOOD.replace('a:', 'workspace:'), 'MANIFEST_NAME', 5],
  [
    'a name that only hand-written configuration can hold',
    GOOD.replace('a:', '"Claude Preview":'),
    'MANIFEST_NAME',
    5,
  ],
  [
    'two entries on one address',
    GOOD.replace(
      'command: x',
      'command: x, targets: [{ client: claude-code }, { client: claude-code, scope: user }]',
    ),
    'MANIFEST_TARGET_DUPLICATE',
    5,
  ],
  ['a name with ../', GOOD.replace('a:', '"../a":'), 'MANIFEST_NAME', 5],
  ['__proto__', GOOD.replace('a:', '__proto__:'), 'YAML_KEY', 5],
  ['__proto__ in quotes, deep inside', GOOD.replace('command: x', 'env: { "__proto__": x }'), 'YAML_KEY', 5],
  ['constructor', GOOD.replace('a:', 'constructor:'), 'YAML_KEY', 5],
  ['%YAML 1.1', `%YAML 1.1\n---\n${GOOD}`, 'YAML_DIRECTIVE', 1],
  [
    'merge keys',
    `x-a: &a { command: x }\n${GOOD.replace('{ command: x }', '{ <<: *a }')}`,
    'YAML_MERGE_KEY',
    6,
  ],
  ['custom tags', GOOD.replace('command: x', 'command: !vault x'), 'YAML_TAG', 5],
  ['keys that are no text', GOOD.replace('a:', '8080:'), 'YAML_KEY', 5],
  ['several documents', `${GOOD}---\n${GOOD}`, 'YAML_DOCUMENTS', 6],
  ['control characters in a name', GOOD.replace('a:', '"a\\u0007":'), 'YAML_KEY', 5],
  ['bidi characters in a name', GOOD.replace('a:', '"a\\u202eb":'), 'YAML_KEY', 5],
  ['zero-width characters in a name', GOOD.replace('a:', 'a\u200bb:'), 'YAML_KEY', 5],
  ['infinity', GOOD.replace('command: x', 'image: x, resources: { cpus: .inf }'), 'YAML_NUMBER', 5],
];

describe('input that is no stack', () => {
  it.each(INPUTS)('%s ends in a located error', (_, input, code, line) => {
    const start = performance.now();
    const { manifest, findings } = parseStack(input);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(manifest).toBeNull();
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    const [finding] = findings;
    expect(finding).toMatchObject({ severity: 'error', at: { file: '/repo/mcp.yaml' } });
    expect(finding?.at?.line).toBe(line);
    expect(finding?.hint ?? finding?.message).toBeTruthy();
    if (line !== undefined) expect(finding?.at?.column).toBeGreaterThan(0);
  });

  it.each(INPUTS)('%s as a second file is an error too, in that file', (_, input, code) => {
    if (
      /^MANIFEST_(?:API|KIND)/.test(code) &&
      input === INPUTS.find(([name]) => name === 'no apiVersion')?.[1]
    )
      return;
    const { manifest, findings } = parseStack([GOOD, input]);
    expect(manifest).toBeNull();
    expect(findings.map(({ at }) => at?.file)).toEqual(['/repo/over-1.yaml']);
  });
});

describe('input that is a stack', () => {
  it.each([
    ['a byte order mark', `\ufeff${GOOD}`],
    ['CRLF', GOOD.replaceAll('\n', '\r\n')],
    ['mixed line ends', GOOD.replace('\n', '\r\n')],
    ['no final line end', GOOD.trimEnd()],
    [
      'JSON',
      JSON.stringify({
        apiVersion: 'mcpform/v1',
        kind: 'Stack',
        name: 'team',
        servers: { a: { command: 'x' } },
      }),
    ],
    ['a document start and end', `---\n${GOOD}...\n`],
  ])('is read with %s', (_, text) => {
    expect(manifestOf(text)).toEqual(manifestOf(GOOD));
  });

  it('may hold any character in a value; what shows it escapes it', () => {
    const text = GOOD.replace('command: x', 'command: x, description: "\\u202e\\u001b[2J\\u200b"');
    const { manifest, findings } = parseStack(text);
    expect(findings).toEqual([]);
    expect(escapeText(manifest?.servers[0]?.description ?? '')).toBe('\\u202e\\u001b[2J\\u200b');
  });

  it('with raw bidi characters is a warning: a reviewer may have read something else', () => {
    const { manifest, findings } = parseStack(GOOD.replace('command: x', 'command: "x\u202e"'));
    expect(manifest).not.toBeNull();
    expect(findings).toMatchObject([{ code: 'YAML_BIDI', severity: 'warning', at: { line: 5 } }]);
  });
});
