import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownershipDigest } from '../../src/lock/ownership-digest.ts';
import { parseLock } from '../../src/lock/parse-lock.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { EMPTY_LOCK, type Lock } from '../../src/model/lock.ts';

const FILE = '/repo/mcp.lock.yaml';
const parse = (text: string) => parseLock(new TextEncoder().encode(text), FILE);
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const lock: Lock = {
  servers: {},
  ownership: {
    'claude-code/project/zeta': { digest: digest('a'), adopted: false },
    'claude-code/project:services/api/linear': { digest: digest('b'), adopted: true },
    'claude-code/project/kept': { digest: digest('c'), adopted: false, protect: true },
  },
  unknown: {},
};

describe('printLock', () => {
  it('writes sorted keys in block style, one fact per line, and leaves out what is default', () => {
    expect(printLock(lock)).toBe(`# Written by mcpform; commit it beside the manifest.
apiVersion: mcpform/v1
kind: Lock
ownership:
  claude-code/project/kept:
    digest: ${digest('c')}
    protect: true
  claude-code/project/zeta:
    digest: ${digest('a')}
  claude-code/project:services/api/linear:
    adopted: true
    digest: ${digest('b')}
`);
  });

  it('writes an empty lock', () => {
    expect(parse(printLock(EMPTY_LOCK)).lock).toEqual(EMPTY_LOCK);
  });

  it('gives the same bytes whatever the order of keys', () => {
    const reversed = Object.fromEntries(Object.entries(lock.ownership).reverse());
    expect(printLock({ ...lock, ownership: reversed })).toBe(printLock(lock));
  });

  it('is undone by parsing, and printing again gives the same bytes', () => {
    const address = fc.stringMatching(/^claude-code\/project(:[a-z0-9 ./_-]{1,12})?\/[A-Za-z0-9_-]{1,12}$/);
    const owned = fc.record({ digest: fc.constantFrom(digest('0'), digest('f')), adopted: fc.boolean() });
    const names = fc.oneof(
      fc.constantFrom(
        'images',
        'packages',
        'true',
        '12',
        'a: b',
        'é',
        '- x',
        '#',
        '"',
        "it's",
        '\u2028',
        'a\u202eb',
      ),
      fc
        .string({ maxLength: 6 })
        .filter((name) => !['', 'apiVersion', 'kind', 'ownership', '__proto__'].includes(name)),
    );
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), names);
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(names, tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(address, owned), fc.dictionary(names, json), (ownership, unknown) => {
        const text = printLock({ servers: {}, ownership, unknown: unknown as JsonObject });
        const { lock: read, findings } = parse(text);
        // Texts that YAML files may not hold as keys, such as invisible characters, are refused, never altered.
        if (read === null) {
          for (const { code } of findings) expect(code).toMatch(/^YAML_(KEY|MERGE_KEY)$/);
          return;
        }
        expect(read).toEqual({ servers: {}, ownership, unknown });
        expect(printLock(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseLock', () => {
  const head = 'apiVersion: mcpform/v1\nkind: Lock\n';

  it('reads what people or other tools wrote in another layout', () => {
    const text = `\ufeffkind: Lock\r\napiVersion: "mcpform/v1"\r\nownership: {claude-code/project/a: {adopted: false, digest: "${digest('a')}"}}\r\n`;
    expect(parse(text).lock?.ownership).toEqual({
      'claude-code/project/a': { digest: digest('a'), adopted: false },
    });
  });

  it('keeps fields of a newer mcpform and writes them back', () => {
    const text = `# Written by mcpform; commit it beside the manifest.\n${head}images:\n  - digest: ${digest('a')}\n    image: a:1\n  - []\nsigners: {}\n`;
    expect(printLock(parse(text).lock as Lock)).toBe(text);
  });

  it.each([
    ['an empty file', '', 'YAML_EMPTY', ''],
    ['another kind', 'apiVersion: mcpform/v1\nkind: Stack\n', 'LOCK_INVALID', 'expected "Lock"'],
    ['no version', 'kind: Lock\n', 'LOCK_INVALID', '"apiVersion" is missing'],
    ['a list', '- a\n', 'LOCK_INVALID', 'expected a map'],
    [
      'a digest of another shape',
      `${head}ownership: {a: {digest: "sha256:abc"}}`,
      'LOCK_INVALID',
      '64 hex digits',
    ],
    ['another algorithm', `${head}ownership: {a: {digest: "md5:abc"}}`, 'LOCK_INVALID', '64 hex digits'],
    ['no digest', `${head}ownership: {a: {adopted: true}}`, 'LOCK_INVALID', '"digest" is missing'],
    [
      'adopted as text',
      `${head}ownership: {a: {digest: "${digest('a')}", adopted: "yes"}}`,
      'LOCK_INVALID',
      'true or false',
    ],
    ['a newer version', 'apiVersion: mcpform/v2\nkind: Lock\n', 'LOCK_NEWER', 'newer than this mcpform'],
    ['no version of ours', 'apiVersion: v1\nkind: Lock\n', 'LOCK_INVALID', 'expected "mcpform/v1"'],
    [
      'the same address twice',
      `${head}ownership:\n  a: {digest: "${digest('a')}"}\n  a: {digest: "${digest('b')}"}\n`,
      'YAML_DUPLICATE_KEY',
      '',
    ],
  ])('refuses %s', (_, text, code, message) => {
    const { lock: read, findings } = parse(text);
    expect(read).toBeNull();
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.message).toContain(message);
    expect(findings[0]?.at?.file).toBe(FILE);
    expect(findings[0]?.hint).toBeTruthy();
  });

  it('refuses unknown fields inside an entry, which rewriting would lose, and points at them', () => {
    const { lock: read, findings } = parse(
      `${head}ownership: {claude-code/project/a: {digest: "${digest('a')}", signer: x}}`,
    );
    expect(read).toBeNull();
    expect(findings).toMatchObject([
      { code: 'LOCK_INVALID', at: { pointer: '/ownership/claude-code~1project~1a/signer', part: 'key' } },
    ]);
  });

  it('names the markers of an unsolved Git conflict, and where', () => {
    const text = `${head}ownership:\n<<<<<<< HEAD\n  a: {}\n=======\n  b: {}\n>>>>>>> topic\n`;
    expect(parse(text)).toEqual({
      lock: null,
      findings: [
        {
          code: 'LOCK_CONFLICT',
          severity: 'error',
          message: 'the lock has an unsolved Git conflict: "<<<<<<<"',
          hint: expect.stringContaining('keep the lines of both sides'),
          at: { file: FILE, line: 4, column: 1, excerpt: '<<<<<<< HEAD' },
        },
      ],
    });
  });

  it('merges line by line: both branches’ entries side by side are a valid lock', () => {
    const ours = printLock({
      servers: {},
      ownership: { a: { digest: digest('a'), adopted: false } },
      unknown: {},
    });
    const theirs = printLock({
      servers: {},
      ownership: { b: { digest: digest('b'), adopted: false } },
      unknown: {},
    });
    const merged = ours + theirs.slice(theirs.indexOf('  b:'));
    expect(printLock(parse(merged).lock as Lock)).toBe(merged);
  });
});

describe('ownershipDigest', () => {
  it('is the sha256 of the canonical JSON, whatever the order of keys', () => {
    expect(ownershipDigest({ type: 'stdio', command: 'x' })).toBe(
      ownershipDigest({ command: 'x', type: 'stdio' }),
    );
    // printf '{"a":1}' | sha256sum
    expect(ownershipDigest({ a: 1 })).toBe(
      'sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
    );
  });
});
