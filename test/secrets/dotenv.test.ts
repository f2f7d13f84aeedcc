import { readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_SECRET_BYTES, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/dotenv/backend.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const at = (key: string) => ({ file: join(home.folder, '.env'), key });
const readKey = async (key: string): Promise<string> =>
  (await backend.read(at(key), home.context())).reveal();
const failure = (key: string): Promise<string> => failureOf(backend.read(at(key), home.context()));
const writeKey = (key: string, text: string) =>
  backend.write?.(at(key), new SecretValue(text), home.context()) ?? expect.fail('it cannot be written');

describe('a secret in a .env file', () => {
  it.each([
    ['KEY=abc', 'abc'],
    ['export KEY=abc', 'abc'],
    ['  KEY = abc  # why', 'abc'],
    ['KEY: abc', 'abc'],
    ["KEY='a # b $HOME'", 'a # b $HOME'],
    ['KEY="a\\nb"', 'a\nb'],
    ['KEY="a\nb"', 'a\nb'],
    ['KEY=`a\'b"c`', 'a\'b"c'],
    ['KEY=old\nKEY=new', 'new'],
    ['# KEY=no\r\nKEY=abc\r\nB=1\r\n', 'abc'],
    ['\uFEFFKEY=abc', 'abc'],
    ['KEYS=no\nMY_KEY=no\nKEY=abc', 'abc'],
    ['KEY="a\n"', 'a'],
  ])('is in %j %j', async (text, wanted) => {
    await home.file('.env', text);
    expect(await readKey('KEY')).toBe(wanted);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['not there', `OTHER=${CANARY}`, 'SECRET_NOT_FOUND: dotenv "FILE" has no "KEY"'],
    ['in a comment', `# KEY=${CANARY}`, 'SECRET_NOT_FOUND: dotenv "FILE" has no "KEY"'],
    ['empty', `KEY=\nOTHER=${CANARY}`, 'SECRET_EMPTY: dotenv "KEY" of "FILE" is empty'],
    ['empty in quotes', `KEY=""\nOTHER=${CANARY}`, 'SECRET_EMPTY: dotenv "KEY" of "FILE" is empty'],
    ['with a NUL', `KEY=${CANARY}\0`, 'SECRET_INVALID: dotenv "KEY" of "FILE" holds a NUL character'],
    [
      'too large',
      `KEY=${CANARY.repeat(4000)}`,
      'SECRET_TOO_LARGE: dotenv "KEY" of "FILE" has more than 64 KiB',
    ],
    ['in no UTF-8', Buffer.from(`KEY=${CANARY}ä`, 'latin1'), 'SECRET_INVALID: dotenv "FILE" is not UTF-8'],
    [
      'in megabytes',
      `KEY=${CANARY}\n`.repeat(60_000),
      'SECRET_TOO_LARGE: dotenv "FILE" has more than 1024 KiB',
    ],
  ])('is refused when it is %s', async (_, text, wanted) => {
    const path = await home.file('.env', text);
    expect(await failure('KEY')).toContain(wanted.replace('FILE', path));
  });

  it('is never what every object has', async () => {
    await home.file('.env', '__proto__=x\nA=1');
    for (const key of ['constructor', 'toString', '__proto__']) {
      expect(await failure(key)).toContain('SECRET_NOT_FOUND');
    }
  });

  it('is refused when the file is not there, open to others, or a link', async () => {
    expect(await failure('KEY')).toContain('SECRET_NOT_FOUND: dotenv "');
    const path = await home.file('.env', `KEY=${CANARY}`, 0o644);
    expect(await failure('KEY')).toContain('SECRET_UNSAFE: dotenv "');
    await symlink(path, join(home.folder, 'link'));
    const linked = backend.read({ file: join(home.folder, 'link'), key: 'KEY' }, home.context());
    expect(await failureOf(linked)).toContain('is reached through a link');
    const keys = await home.file('.aws/credentials', `aws_secret_access_key = ${CANARY}`);
    const stolen = backend.read({ file: keys, key: 'aws_secret_access_key' }, home.context());
    expect(await failureOf(stolen)).toContain(
      'is what AWS signs in with: mcpform does not hand it to a server',
    );
  });
});

describe('a secret that is written to a .env file', () => {
  it.each([
    ['KEY=old\n', 'KEY=new\n'],
    ['KEY=old', 'KEY=new'],
    ['# first\r\nexport KEY = "old"  # why\r\nB=2\r\n', '# first\r\nexport KEY = new  # why\r\nB=2\r\n'],
    ['KEY="old\nmore"\nB=\'2\'', "KEY=new\nB='2'"],
    ['KEY=1\nB=2\nKEY=3\n', 'KEY=1\nB=2\nKEY=new\n'],
    ['KEY=\nB=2\n', 'KEY=new\nB=2\n'],
    ['KEY=   \nB=2\n', 'KEY=new   \nB=2\n'],
    ['KEY=  # why\nB=2', 'KEY=new  # why\nB=2'],
    ['KEY: old\n', 'KEY: new\n'],
    ['\uFEFFKEY=old\n', '\uFEFFKEY=new\n'],
    ['B=2\n', 'B=2\nKEY=new\n'],
    ['B=2', 'B=2\nKEY=new\n'],
    ['B=2\r\n', 'B=2\r\nKEY=new\r\n'],
    ['', 'KEY=new\n'],
    ['# KEY=old\n', '# KEY=old\nKEY=new\n'],
    ['A="\nKEY=no\n"\n', 'A="\nKEY=no\n"\nKEY=new\n'],
    ['KEYS=1\nMY.KEY=2\n\n\n', 'KEYS=1\nMY.KEY=2\n\n\nKEY=new\n'],
    ['not an assignment\n\tKEY=old\n', 'not an assignment\n\tKEY=new\n'],
  ])('changes of %j nothing else: %j', async (before, after) => {
    const path = await home.file('.env', before);
    await writeKey('KEY', 'new');
    expect(await readFile(path, 'utf8')).toBe(after);
    expect(await readKey('KEY')).toBe('new');
  });

  it.each([
    'abc',
    'a b',
    ' a ',
    'a#b',
    "it's",
    'say "x"',
    `it's "x"`,
    'a\\nb',
    'a\\',
    "'",
    '"quoted"',
    'a=b',
    '$HOME ${X} `id`',
    'a\nb\nc',
    'a\r\nb',
    '\ttab',
    'pä🔑',
    '-----BEGIN KEY-----\nabc+/=\n-----END KEY-----',
    '{"a": "b", "c": \'d\'}',
  ])('reads back as it was among others: %j', async (value) => {
    const path = await home.file('.env', `A=1\nKEY=old # why\nB="2"\n`);
    await writeKey('KEY', value);
    expect(await readKey('KEY')).toBe(value);
    expect([await readKey('A'), await readKey('B')]).toEqual(['1', '2']);
    expect((await readFile(path, 'utf8')).split('\n')[0]).toBe('A=1');
    await writeKey('NEW', value);
    expect(await readKey('NEW')).toBe(value);
    expect(await readKey('KEY')).toBe(value);
  });

  it('is refused when no way of writing it reads back the same, and the file stays', async () => {
    const path = await home.file('.env', 'KEY=old\n');
    for (const value of [`'"\`${CANARY}\\n\r`, `a'b"c\`d # ${CANARY}`]) {
      expect(await failureOf(writeKey('KEY', value))).toContain(
        `SECRET_NOT_WRITABLE: dotenv "KEY" of "${path}" cannot be written so that it reads back the same`,
      );
    }
    expect(await failureOf(writeKey('NO KEY', 'x'))).toContain('SECRET_NOT_WRITABLE');
    expect(await failureOf(writeKey('', 'x'))).toContain('SECRET_NOT_WRITABLE');
    expect(await readFile(path, 'utf8')).toBe('KEY=old\n');
  });

  it('makes the file when there is none, for us alone', async () => {
    await writeKey('KEY', 'new');
    expect((await stat(join(home.folder, '.env'))).mode & 0o777).toBe(0o600);
    expect(await readKey('KEY')).toBe('new');
  });

  it('is refused when others may read the file, which stays', async () => {
    const path = await home.file('.env', 'KEY=old\n', 0o644);
    expect(await failureOf(writeKey('KEY', CANARY))).toContain('SECRET_UNSAFE');
    expect(await readFile(path, 'utf8')).toBe('KEY=old\n');
  });

  it('takes the largest secret there is', async () => {
    const value = `"${'x'.repeat(MAX_SECRET_BYTES - 1)}`;
    await writeKey('KEY', value);
    expect(await readKey('KEY')).toBe(value);
  });
});

describe('what doctor says of .env files', () => {
  it('looks once at each file and reads none', async () => {
    const { file } = at('A');
    await home.file('.env', 'A=1');
    expect(await backend.diagnose([at('A'), at('B')], home.context())).toEqual({
      check: 'secrets dotenv',
      state: 'ok',
      detail: '1 of 1 files are there and private',
    });
    await home.file('.env', 'A=1', 0o640);
    expect(await backend.diagnose([at('A')], home.context())).toMatchObject({
      state: 'failed',
      detail: `dotenv "${file}" can be read by others (mode 0640)`,
    });
  });
});
