import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printLock } from '../../src/lock/print-lock.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { EMPTY_LOCK, type Lock } from '../../src/model/lock.ts';
import {
  ACTIONS,
  lock as anyLock,
  imagePin,
  localPin,
  lockOf,
  npmPin,
  parse,
  sha256,
  sri512,
} from './locks.ts';

const LETTERS = ['0-9', ...'abcdefghijklmnopqrstuvwxyz'];

/** The text without the letters that have nothing below them, but for the last. */
const short = (text: string): string => text.replace(/^ {2}# \S+\n(?= {2}# )/gm, '');

const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as JsonObject).reverse();
  return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]));
};

describe('printLock', () => {
  it('writes one fact per line below each name, keys sorted, and leaves out what is not there', () => {
    const lock = lockOf(
      {
        github: imagePin('ghcr.io/github/github-mcp-server:1.1.2', 1),
        filesystem: npmPin('@modelcontextprotocol/server-filesystem', '2026.8.31', '^2026'),
        notes: localPin('localhost/notes:1.0.0', 3),
        everything: imagePin('registry.example.com:5000/mcp/everything:2.0.0', 2, ACTIONS),
      },
      {
        ownership: {
          'claude-code/project/zeta': { digest: sha256('z'), adopted: false },
          'claude-code/project/kept': { digest: sha256('k'), adopted: true, protect: true },
        },
        unknown: { surfaces: { b: 1, a: ['x', 'y'] } },
      },
    );
    expect(short(printLock(lock))).toBe(`# Written by mcpform; commit it beside the manifest.
apiVersion: mcpform/v1
kind: Lock
ownership:
  claude-code/project/kept:
    adopted: true
    digest: ${sha256('k')}
    protect: true
    seal: h1:041513ca4d745760

  claude-code/project/zeta:
    digest: ${sha256('z')}

servers: # the letters keep apart what two branches add, so that Git merges it
  # e
  everything:
    image: registry.example.com:5000/mcp/everything:2.0.0@${sha256(2)}
    seal: h1:6c7f17fbab5690be
    signer:
      identity: ${ACTIONS.identity}
      issuer: ${ACTIONS.issuer}

  # f
  filesystem:
    integrity: ${sri512('@modelcontextprotocol/server-filesystem@2026.8.31')}
    package: npm:@modelcontextprotocol/server-filesystem@2026.8.31
    requested: npm:@modelcontextprotocol/server-filesystem@^2026
    seal: h1:04acdb574c1d2d04
    tree: ${sha256('@modelcontextprotocol/server-filesystem@2026.8.31')}

  # g
  github:
    image: ghcr.io/github/github-mcp-server:1.1.2@${sha256(1)}

  # n
  notes:
    id: ${sha256(3)}
    localImage: localhost/notes:1.0.0
    seal: h1:2095f8f26c2b33c7

  # z
surfaces:
  a:
    - x
    - "y"
  b: 1
`);
  });

  it('has every letter a name can start with, in the order of the names, also when it is empty', () => {
    const letters = (text: string) => [...text.matchAll(/^ {2}# (\S+)$/gm)].map(([, letter]) => letter);
    expect(letters(printLock(EMPTY_LOCK))).toEqual(LETTERS);
    const names = ['9', 'a', 'B', 'b', 'ba', 'Zed', 'zed'];
    const text = printLock(lockOf(Object.fromEntries(names.map((name) => [name, imagePin('x', name)]))));
    expect(letters(text)).toEqual(LETTERS);
    const lines = text.split('\n');
    expect([...text.matchAll(/^ {2}"?(\w+)"?:$/gm)].map(([, name]) => name)).toEqual(names);
    for (const name of names) {
      const above = lines.slice(
        0,
        lines.findIndex((line) => line.replaceAll('"', '') === `  ${name}:`),
      );
      const letter = above.findLast((line) => line.startsWith('  # '));
      expect(letter).toBe(`  # ${name === '9' ? '0-9' : name.charAt(0).toLowerCase()}`);
    }
  });

  it('has no letters in a lock that is only about ownership', () => {
    const ownership = { 'claude-code/project/a': { digest: sha256(1), adopted: false } };
    expect(printLock(lockOf({}, { ownership }))).toBe(
      `# Written by mcpform; commit it beside the manifest.\napiVersion: mcpform/v1\nkind: Lock\nownership:\n  claude-code/project/a:\n    digest: ${sha256(1)}\n`,
    );
  });

  it.each([
    ['a name that starts with a digit', '7zip:1'],
    ['a registry that is an address', '127.0.0.1:5000/x:1'],
    ['a very long name', `registry.example.com/${'name/'.repeat(100)}x:1`],
  ])('writes the image of %s plainly, on one line', (_, name) => {
    const text = printLock(lockOf({ x: imagePin(name, 1) }));
    expect(text).toContain(`\n    image: ${name}@${sha256(1)}\n`);
  });

  it('is undone by parsing, and printing again gives the same bytes', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const text = printLock(lock);
        const { lock: read, findings } = parse(text);
        expect(findings).toEqual([]);
        expect(read).toEqual(lock);
        expect(printLock(read as Lock)).toBe(text);
        expect(text).toMatch(/[^\n]\n$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same bytes whatever the order of the facts', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const other = reversed(lock as unknown as JsonObject) as unknown as Lock;
        expect(printLock(other)).toBe(printLock(lock));
      }),
      { numRuns: 300 },
    );
  });

  it('changes no line of one server when another changes', () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const [first] = Object.keys(lock.servers);
        if (first === undefined || Object.keys(lock.servers).length < 2) return;
        const { [first]: _, ...rest } = lock.servers;
        const all = printLock(lock).split('\n');
        const fewer = printLock({ ...lock, servers: rest }).split('\n');
        expect(fewer.filter((line) => !all.includes(line))).toEqual([]);
      }),
    );
  });

  it('writes back whatever a newer mcpform put beside what this one knows', () => {
    const names = fc.oneof(
      fc.constantFrom('images', 'true', '12', 'a: b', 'é', '- x', '#', '"', "it's", '\u2028', 'a\u202eb'),
      fc
        .string({ maxLength: 6 })
        .filter((name) => !['', 'apiVersion', 'kind', 'ownership', 'servers', '__proto__'].includes(name)),
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
      fc.property(fc.dictionary(names, json), (unknown) => {
        const text = printLock(lockOf({}, { unknown: unknown as JsonObject }));
        const { lock: read, findings } = parse(text);
        // Texts that YAML files may not hold as keys, such as invisible characters, are refused, never altered.
        if (read === null) {
          for (const { code } of findings) expect(code).toMatch(/^YAML_(KEY|MERGE_KEY)$/);
          return;
        }
        expect(read).toEqual(lockOf({}, { unknown: unknown as JsonObject }));
        expect(printLock(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
