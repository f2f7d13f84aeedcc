import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../src/resolve/oci/challenge.ts';
import { readRetryAfter } from '../../../src/resolve/oci/retry.ts';

const shown = (header: string): unknown =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('WWW-Authenticate', () => {
  it.each<[string, unknown]>([
    ['', []],
    ['Basic realm="lab"', [['basic', { realm: 'lab' }]]],
    [
      'Bearer realm="https://a.test/token",service="a",scope="repository:x:pull,push repository:y:pull"',
      [
        [
          'bearer',
          { realm: 'https://a.test/token', service: 'a', scope: 'repository:x:pull,push repository:y:pull' },
        ],
      ],
    ],
    ['bearer  Realm = "a" ,\tservice=b', [['bearer', { realm: 'a', service: 'b' }]]],
    [
      'Negotiate, Basic realm="a, b", Bearer realm="c"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a, b' }],
        ['bearer', { realm: 'c' }],
      ],
    ],
    ['Basic realm="say \\"hello\\" \\\\"', [['basic', { realm: 'say "hello" \\' }]]],
    ['Basic realm=""', [['basic', { realm: '' }]]],
    ['Bearer realm="a",realm="b"', [['bearer', { realm: 'a' }]]],
    ['Bearer realm="a', [['bearer', {}]]],
    ['realm="a"', []],
    [',,,', []],
  ])('%j', (header, expected) => {
    expect(shown(header)).toEqual(expected);
  });

  it('is read whatever it holds, in no time', () => {
    const piece = fc.constantFrom('"', '\\', ',', '=', ' ', 'a', 'Bearer', 'realm', '\t', 'é', '(');
    const header = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(header, (text) => {
        expect(parseChallenges(text).length).toBeLessThanOrEqual(16);
      }),
    );
    const startMs = performance.now();
    parseChallenges(`Bearer realm="${'\\a'.repeat(100_000)}`);
    parseChallenges('a,'.repeat(100_000));
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  it.each<[string | undefined, number | null]>([
    [undefined, null],
    ['', null],
    ['0', 0],
    [' 120 ', 120_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1e3', null],
  ])('%j', (header, expected) => {
    expect(readRetryAfter(header, nowMs)).toBe(expected);
  });
});
