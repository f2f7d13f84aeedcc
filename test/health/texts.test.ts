import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastLines, linesOf, tailOf } from '../../src/health/lines.ts';
import { maskFor, placeOf } from '../../src/health/mask.ts';
import { pruneJson } from '../../src/health/prune-json.ts';
import type { HealthTarget } from '../../src/model/health.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';

const http = (url: string, headers: Readonly<Record<string, string>> = {}): HealthTarget => ({
  kind: 'http',
  url,
  headers,
  transport: 'http',
});
const stdio = (env: Readonly<Record<string, string>>): HealthTarget => ({
  kind: 'stdio',
  command: '/usr/bin/server',
  args: [],
  env,
});

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('what a server said, as it is shown', () => {
  const basic = `Basic ${Buffer.from('me:pa55word').toString('base64')}`;
  it.each<[string, HealthTarget, string, string]>([
    ['a header', http('http://x/', { 'X-Key': 'plain words' }), 'no: plain words!', 'no: ***!'],
    [
      'its credential',
      http('http://x/', { Authorization: 'Bearer open sesame' }),
      'bad "open sesame"',
      'bad "***"',
    ],
    [
      'a password in it',
      http('http://x/', { Authorization: basic }),
      'me:pa55word and pa55word',
      '*** and ***',
    ],
    ['a value of the URL', http('http://x/?k=open%20sesame'), 'open sesame, k=open%20sesame', '***, ***'],
    ['a variable', stdio({ WORD: 'open sesame' }), '{"WORD":"open sesame"}', '{"WORD":"***"}'],
    [
      'a spelling of it',
      stdio({ WORD: 'a "b" & c' }),
      '["a \\"b\\" & c"] a%20%22b%22%20%26%20c',
      '["***"] ***',
    ],
    [
      'no path and no short word',
      stdio({ HOME: '/home/me', N: '3' }),
      'no /home/me/x, 3',
      'no /home/me/x, 3',
    ],
    ['but a short password', stdio({ PASSWORD: 'pw-3!' }), 'pw-3! is wrong', '*** is wrong'],
    [
      'a token that nobody gave',
      stdio({}),
      'key ghp_abcdefghijklmnopqrstuvwxyz0123',
      `key ${'*'.repeat(34)}`,
    ],
    ['control characters', stdio({}), '\u001b[1mbold\u001b[0m \u0008\u202e', 'bold \\u0008\\u202e'],
    ['length', stdio({}), 'x'.repeat(5000), `${'x'.repeat(300)}…`],
  ])('hides %s', (_, target, line, shown) => {
    expect(maskFor(target, [])(line)).toBe(shown);
  });

  it('hides what it is told to, the longer first', () => {
    const mask = maskFor(stdio({}), ['pw', 'pw-long', '']);
    expect(mask('pw-long, pw')).toBe('***, ***');
  });

  it('names a server without the user, the query and the credentials of its address', () => {
    const mask = maskFor(http('http://x/'), []);
    const url = 'https://me:pw@host:8443/mcp/ghp_abcdefghijklmnopqrstuvwxyz0123?key=1#x';
    expect(placeOf(http(url), mask)).toBe('https://***@host:8443/mcp/***');
    expect(placeOf(http('not a url\n?'), mask)).toBe('not a url');
  });
});

describe('lines', () => {
  it('are the same however the pieces are cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ö', '😀', ' '), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 6 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        async (lines, cuts) => {
          const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
          const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          async function* cut(): AsyncGenerator<Uint8Array> {
            for (let n = 1; n < places.length; n += 1) yield bytes.subarray(places[n - 1], places[n]);
          }
          const read: string[] = [];
          let spent = 0;
          for await (const each of linesOf(cut(), (size) => (spent += size))) read.push(each);
          expect([read, spent]).toEqual([lines, bytes.length]);
        },
      ),
    );
  });

  it('end with CRLF, too, and the last needs no end', async () => {
    const read: string[] = [];
    for await (const each of linesOf(pieces('a\r\nb', 'c'), () => undefined)) read.push(each);
    expect(read).toEqual(['a', 'bc']);
  });

  it('are kept from the end of a log, whole and few', async () => {
    const tail = tailOf(pieces('x'.repeat(20_000), ' secret\n', 'one\n\n', 'two'));
    await tail.done;
    expect(tail.lines()).toEqual(['one', 'two']);
    expect(lastLines(Buffer.from('x'.repeat(20_000)))).toEqual([]);
    expect(lastLines(Buffer.from(Array.from({ length: 50 }, (_, n) => n).join('\n')))).toHaveLength(10);
  });
});

describe("a stranger's object", () => {
  it('is kept when it is small', () => {
    const capabilities = {
      tools: { listChanged: true },
      logging: {},
      tasks: { requests: { tools: { call: {} } } },
    };
    expect(pruneJson(capabilities)).toEqual(capabilities);
  });

  it('is never large, and always a part of what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 9 }), (value) => {
        const pruned = pruneJson({ value } as JsonObject);
        expect(depthOf(pruned)).toBeLessThanOrEqual(5);
      }),
    );
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n]));
    expect(Object.keys(pruneJson(wide))).toHaveLength(50);
    expect(pruneJson({ long: 'x'.repeat(201), short: 'x', [`k${'k'.repeat(300)}`]: 1 })).toEqual({
      short: 'x',
    });
  });
});

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
