import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MAX_SECRET_BYTES, SecretValue } from '../../src/model/secret.ts';
import { toSecretValue } from '../../src/secrets/value.ts';
import { CANARY, failureOf } from './support/failure-of.ts';

const WHAT = 'pass "work/github"';
const failure = (bytes: Uint8Array | string): Promise<string> =>
  failureOf(Promise.resolve().then(() => toSecretValue(bytes, WHAT)));

describe('the secret in what a program gave', () => {
  it.each([
    ['as it is', 'abc', 'abc'],
    ['without its final line end', 'abc\n', 'abc'],
    ['without a final line end of Windows', 'abc\r\n', 'abc'],
    ['without only one of several', 'abc\n\n', 'abc\n'],
    ['with all its lines', '-----BEGIN-----\nabc\n-----END-----\n', '-----BEGIN-----\nabc\n-----END-----'],
    ['with white space around it', '  abc \t', '  abc \t'],
    ['with characters of any plane', 'pä$$wörd🔑', 'pä$$wörd🔑'],
  ])('is taken %s', (_, given, wanted) => {
    expect(toSecretValue(given, WHAT).reveal()).toBe(wanted);
    expect(toSecretValue(Buffer.from(given), WHAT).reveal()).toBe(wanted);
  });

  it('may have as much as fits in a variable, and not a byte more', async () => {
    expect(toSecretValue(`${'x'.repeat(MAX_SECRET_BYTES)}\n`, WHAT).reveal()).toHaveLength(MAX_SECRET_BYTES);
    expect(await failure(CANARY.padEnd(MAX_SECRET_BYTES + 1, 'x'))).toMatch(
      /^SECRET_TOO_LARGE: pass "work\/github" has more than 64 KiB/,
    );
    expect(await failure('ä'.repeat(MAX_SECRET_BYTES / 2 + 1))).toMatch(/^SECRET_TOO_LARGE/);
  });

  it.each<[string, Uint8Array | string, string]>([
    ['nothing', '', 'SECRET_EMPTY: pass "work/github" is empty'],
    ['a line end alone', '\n', 'SECRET_EMPTY: pass "work/github" is empty'],
    ['no bytes', new Uint8Array(), 'SECRET_EMPTY: pass "work/github" is empty'],
    ['a NUL', `${CANARY}\0x`, 'SECRET_INVALID: pass "work/github" holds a NUL character'],
    ['Latin-1', Buffer.from(`${CANARY}ä`, 'latin1'), 'SECRET_INVALID: pass "work/github" is not UTF-8'],
    ['UTF-16', Buffer.from(`\uFEFF${CANARY}`, 'utf16le'), 'SECRET_INVALID: pass "work/github" is not UTF-8'],
    ['half a character', `${CANARY}\ud83d`, 'SECRET_INVALID: pass "work/github" is not UTF-8'],
  ])('is refused when it is %s', async (_, given, wanted) => {
    expect(await failure(given)).toContain(wanted);
  });

  it('is too large when it is line ends alone, megabytes of them', async () => {
    expect(await failure('\n'.repeat(4 * 1024 * 1024))).toMatch(/^SECRET_TOO_LARGE/);
  });
});

describe('a secret that is shown by accident', () => {
  const secret = new SecretValue(CANARY);

  it.each<[string, () => string]>([
    ['joined to a text', () => `x ${secret}`],
    ['added to a text', () => 'x'.concat(String(secret))],
    ['as JSON', () => JSON.stringify({ secret })],
    ['inspected', () => inspect({ secret }, { showHidden: true, depth: 9 })],
    ['formatted', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['in an error', () => inspect(new Error('x', { cause: secret }))],
    ['in a map', () => inspect(new Map([['a', [secret]]]))],
    ['by its properties', () => JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret)])],
    ['cloned', () => inspect(structuredClone(secret))],
  ])('is hidden %s', (_, show) => {
    expect(show()).not.toContain(CANARY);
  });

  it('is there for who asks for it', () => {
    expect(secret.reveal()).toBe(CANARY);
  });
});
