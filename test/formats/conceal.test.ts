import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConceal } from '../../src/formats/conceal.ts';
import { concealJson } from '../../src/formats/conceal-json.ts';
import { escapeJson, escapeText } from '../../src/formats/escape.ts';

const hexUpper = (text: string) => Buffer.from(text).toString('hex').toUpperCase();
const wellFormed = (text: string) => Buffer.from(text).toString();
const ascii = (text: string) =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const lowerCodes = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const inner = (quoted: string) => quoted.slice(1, -1);

/** How others write a value; each as they do it, not as we do. */
const WAYS: readonly [string, (value: string) => string][] = [
  ['as it is', (value) => value],
  ['as a part of a URL', (value) => encodeURIComponent(wellFormed(value))],
  ['as a part of a URL, codes in lower case', (value) => lowerCodes(encodeURIComponent(wellFormed(value)))],
  ['in a form', (value) => new URLSearchParams([['a', value]]).toString().slice(2)],
  [
    'in a form, codes in lower case',
    (value) => lowerCodes(`${new URLSearchParams([['a', value]])}`.slice(2)),
  ],
  ['as a password in a URL', (value) => Object.assign(new URL('http://h/'), { password: value }).password],
  ['in JSON', (value) => inner(JSON.stringify(value))],
  ['in JSON in JSON', (value) => inner(JSON.stringify(JSON.stringify(value))).slice(2, -2)],
  ['in JSON that is ASCII', (value) => inner(ascii(value))],
  ['in JSON that is ASCII, in JSON', (value) => inner(JSON.stringify(ascii(value))).slice(2, -2)],
  ['in JSON as we show it', (value) => inner(escapeJson(JSON.stringify(value)))],
  ['as we show text', escapeText],
  ['in base64', (value) => Buffer.from(value).toString('base64')],
  ['in base64 without its end', (value) => Buffer.from(value).toString('base64').replace(/=+$/, '')],
  ['in base64 for URLs', (value) => Buffer.from(value).toString('base64url')],
  ['in hex', (value) => Buffer.from(value).toString('hex')],
  ['in hex, upper case', hexUpper],
  ['in YAML, single quotes', (value) => value.replaceAll("'", "''")],
  ['in a shell, single quotes', (value) => value.replaceAll("'", "'\\''")],
];

const special = fc.string({
  unit: fc.constantFrom(
    'a',
    'Z',
    '7',
    '"',
    "'",
    '\\',
    '%',
    '\n',
    '\r',
    '\t',
    ' ',
    '/',
    '+',
    '$',
    'é',
    '😀',
    '‮',
    '\u001b',
  ),
  minLength: 4,
  maxLength: 60,
});
const values = fc
  .oneof(
    special,
    fc.string({ unit: 'binary', minLength: 4, maxLength: 80 }),
    fc.string({ minLength: 4, maxLength: 200 }),
  )
  // Nobody can tell a text of blanks from layout.
  .filter((value) => value.trim().length >= 4);
const around = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  special,
  fc.constantFrom('%', '\\', '%4', '\\u', "'", 'AA', '='),
);

describe('what is concealed', () => {
  it.each(WAYS)('is a value %s, whatever stands around it', (_, write) => {
    fc.assert(
      fc.property(values, around, around, (value, before, after) => {
        const conceal = createConceal();
        conceal.add(value);
        const written = write(value);
        const shown = conceal.conceal(before + written + after);
        expect(shown).toContain('(secret)');
        // What is around it may hold the value by itself, and is then concealed as well.
        expect(shown.includes(written) && !'(secret)'.includes(written)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is a value in base64 in the middle of other bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, maxLength: 60 }).filter((value) => value.trim() === value),
        fc.string({ maxLength: 9 }),
        fc.string({ maxLength: 9 }),
        fc.constantFrom('base64' as const, 'base64url' as const),
        (value, before, after, encoding) => {
          const conceal = createConceal();
          conceal.add(value);
          const shown = conceal.conceal(Buffer.from(before + value + after).toString(encoding));
          expect(shown).toContain('(secret)');
          const [left = '', right = ''] = shown.split('(secret)');
          // No byte of it can be read off what is left: at most half of one at either end.
          const first = Buffer.from(left, encoding).toString('latin1');
          expect(first.length).toBeLessThanOrEqual(Buffer.byteLength(before));
          expect(right.replace(/=+$/, '').length).toBeLessThanOrEqual(
            Math.ceil((Buffer.byteLength(after) * 4) / 3) + 1,
          );
        },
      ),
    );
  });

  it('is each line of a value that has several, if it has 8 characters', () => {
    const conceal = createConceal();
    conceal.add('-----BEGIN KEY-----\n  bGluZSBvbmU\r\nshort\nbGluZSB0d28\n');
    expect(conceal.conceal('2026 bGluZSBvbmU; short; and bGluZSB0d28')).toBe(
      '2026 (secret); short; and (secret)',
    );
  });

  it('is a value that was cut off at the end of a text or before an ellipsis', () => {
    const conceal = createConceal();
    conceal.add('a-value-that-is-long-enough');
    expect(conceal.conceal('got a-value-that-is')).toBe('got (secret)');
    expect(conceal.conceal('got a-value-that-…, really')).toBe('got (secret)…, really');
    expect(conceal.conceal('got a-value-t... really')).toBe('got (secret)... really');
    expect(conceal.conceal('a-value-that-is-short')).toBe('a-value-that-is-short');
  });

  it('are two values that overlap, as one', () => {
    const conceal = createConceal();
    for (const value of ['abcdef', 'defghi']) conceal.add(value);
    expect(conceal.conceal('1 abcdefghi 2')).toBe('1 (secret) 2');
  });

  it('is not a value with fewer than 4 characters, nor a text without values', () => {
    const conceal = createConceal();
    const text = 'anything';
    expect(conceal.conceal(text)).toBe(text);
    conceal.add('any');
    expect(conceal.conceal(text)).toBe(text);
    expect(conceal.holds(text)).toBe(false);
  });

  it('is a value of 64 KiB in 4 MB that begin like it everywhere, in less than the time of 20 plain passes', () => {
    const conceal = createConceal();
    conceal.add(`${'a'.repeat(65_535)}b`);
    const text = 'a'.repeat(4_000_000);
    const pass = cpuMsOf(() => text.replace(/[b-z]/g, ''));
    const used = cpuMsOf(() => conceal.conceal(text));
    expect(used).toBeLessThan(Math.max(20 * pass, 2_000));
  });
});

describe('what is concealed in JSON', () => {
  it('stays JSON, whatever the value is', () => {
    fc.assert(
      fc.property(values, fc.jsonValue(), (value, json) => {
        const conceal = createConceal();
        conceal.add(value);
        const shown = concealJson({ json, value, [`k${value}`]: [`a${value}b`] }, conceal);
        const text = JSON.stringify(shown);
        expect(JSON.parse(text)).toHaveProperty('value', '(secret)');
        expect(conceal.holds(text) && !conceal.holds(JSON.stringify(json)) && text.includes(value)).toBe(
          false,
        );
      }),
    );
  });

  it('is a number, too, that is a value', () => {
    const conceal = createConceal();
    conceal.add('12345678');
    expect(concealJson({ a: 12345678, b: 1234567 }, conceal)).toEqual({ a: '(secret)', b: 1234567 });
  });
});

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
