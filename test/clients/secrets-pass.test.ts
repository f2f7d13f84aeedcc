import { readFileSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/pass/backend.ts';
import { CANARY, failureOf } from '../secrets/support/failure-of.ts';
import { type SecretHome, secretHome } from '../secrets/support/secret-home.ts';
import { type KeyRing, makeKeyRing, requireTools, runTool } from '../support/secret-tools.ts';

/** https://www.passwordstore.org, by Debian's `pass` and `gnupg`, each key ring with an agent of its own. */
const isThere = requireTools('pass', 'gpg', 'gpgconf', 'gpg-agent', 'tree', 'git');

let home: SecretHome;
let ring: KeyRing;
let locked: KeyRing;

beforeAll(async () => {
  home = await secretHome();
  if (!isThere) return;
  ring = await makeKeyRing(home, 'g');
  locked = await makeKeyRing(home, 'l', CANARY);
  pass(['init', ring.fingerprint]);
});

afterAll(async () => {
  ring?.stop();
  locked?.stop();
  await home.remove();
});

function pass(
  args: readonly string[],
  input: string | Uint8Array = '',
  env: Record<string, string> = {},
): string {
  return runTool(home, ['pass', ...args], { input, env: { GNUPGHOME: ring.folder, ...env } });
}

function put(name: string, content: string | Uint8Array): string {
  pass(['insert', '-m', '-f', name], content);
  return name;
}

const context = (env: Readonly<Record<string, string>> = {}): SecretContext =>
  home.context({ env: { GNUPGHOME: ring.folder, ...env } });

const read = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await backend.read(name, context(env))).reveal();

const write = async (name: string, value: string): Promise<void> =>
  backend.write?.(name, new SecretValue(value), context());

describe.runIf(isThere)('pass, the real program with real keys', () => {
  it.each([
    ['without a line end', CANARY, CANARY],
    ['with a line end', `${CANARY}\n`, CANARY],
    ['with a line end of Windows', `${CANARY}\r\nurl: x\r\n`, CANARY],
    ['with lines below, which are no part of it', `${CANARY}\nuser: me\n\xff`, CANARY],
    ['of 64 KiB', `${'x'.repeat(65_536)}\nmore`, 'x'.repeat(65_536)],
    ['with letters beyond ASCII', 'geheim-äß-🔑\n', 'geheim-äß-🔑'],
  ])('reads a value %s', async (_, content, value) => {
    expect(await read(put('work/value', content))).toBe(value);
  });

  it('reads entries whose names have spaces, quotes and letters beyond ASCII', async () => {
    for (const name of ['with space', `it's "here" $HOME`, 'büro/schlüssel', 'a;b|c', 'dots..in..it']) {
      expect(await read(put(name, CANARY)), name).toBe(CANARY);
    }
  });

  it.each([
    ['empty', '\nsecond\n', 'SECRET_EMPTY'],
    ['larger than 64 KiB', CANARY.repeat(5000), 'SECRET_TOO_LARGE'],
    ['larger than we read at all', CANARY.repeat(100_000), 'SECRET_TOO_LARGE'],
    ['not UTF-8', Buffer.from(`${CANARY}\xff\n`, 'latin1'), 'SECRET_INVALID'],
    ['with a NUL', `${CANARY}\0\n`, 'SECRET_INVALID'],
  ])('refuses a value that is %s', async (_, content, code) => {
    expect(await failureOf(read(put('bad', content)))).toMatch(new RegExp(`^${code}: pass "bad" `));
  });

  it('takes no name for an option, and reads nothing outside of the store', async () => {
    put('inside', CANARY);
    for (const name of ['--clip', '-c', '../.password-store/inside', 'a/../inside', 'inside\nother']) {
      expect(await failureOf(read(name)), name).toMatch(/^SECRET_INVALID: .* no entry can have this name/);
    }
  });

  it('says that an entry is not there, or a folder, whose listing is no secret', async () => {
    put('folder/one', CANARY);
    expect(pass(['show', 'folder'])).toContain('one');
    expect(await failureOf(read('folder'))).toMatch(
      /^SECRET_NOT_FOUND: pass "folder" is a folder of entries/,
    );
    expect(await failureOf(read('folder/'))).toMatch(/^SECRET_NOT_FOUND/);
    expect(await failureOf(read('gone'))).toMatch(
      /^SECRET_NOT_FOUND: pass "gone" is not in the password store/,
    );
  });

  it('says that there is no store', async () => {
    const env = { PASSWORD_STORE_DIR: join(home.folder, 'none') };
    expect(await failureOf(read('gone', env))).toMatch(/^SECRET_NOT_FOUND: .* there is no password store/);
    expect(await failureOf(backend.write?.('a', new SecretValue(CANARY), context(env)) ?? read(''))).toMatch(
      /^SECRET_NOT_FOUND: .* there is no password store/,
    );
    expect(await backend.diagnose(['gone'], context(env))).toMatchObject({ state: 'failed' });
    expect(await backend.diagnose(['gone'], context())).toMatchObject({ state: 'ok' });
  });

  it('reads from another store', async () => {
    const env = { PASSWORD_STORE_DIR: join(home.folder, 'second store') };
    pass(['init', ring.fingerprint], '', env);
    pass(['insert', '-m', 'only/here'], CANARY, env);
    expect(await read('only/here', env)).toBe(CANARY);
    expect(await failureOf(read('only/here'))).toMatch(/^SECRET_NOT_FOUND/);
  });

  it('tells a key that is not there from one that is locked', async () => {
    put('mine', CANARY);
    const empty = join(home.folder, 'e');
    await mkdir(empty, { mode: 0o700 });
    try {
      expect(await failureOf(read('mine', { GNUPGHOME: empty }))).toMatch(
        /^SECRET_DENIED: pass "mine" is not encrypted to a GPG key of yours/,
      );
    } finally {
      runTool(home, ['gpgconf', '--kill', 'all'], { env: { GNUPGHOME: empty } });
    }
    const env = { PASSWORD_STORE_DIR: join(home.folder, 'locked'), GNUPGHOME: locked.folder };
    pass(['init', locked.fingerprint], '', env);
    pass(['insert', '-m', 'shut'], CANARY, env);
    expect(await failureOf(read('shut', env))).toMatch(/^SECRET_DENIED: pass "shut": the GPG key is locked/);
  });

  it('says that a passphrase was wrong, when whoever asks for it gives one', async () => {
    const env = { PASSWORD_STORE_DIR: join(home.folder, 'locked'), GNUPGHOME: locked.folder };
    const wrong = await pinentry('wrong', `echo "D ${CANARY}-wrong"; echo OK`);
    await useForLocked(wrong);
    expect(await failureOf(read('shut', env))).toMatch(/^SECRET_DENIED: pass "shut": the GPG key is locked/);
    const cancelled = await pinentry('cancelled', 'echo "ERR 83886179 Operation cancelled"');
    await useForLocked(cancelled);
    expect(await failureOf(read('shut', env))).toMatch(/^SECRET_DENIED: pass "shut": the GPG key is locked/);
    const right = await pinentry('right', `echo "D ${CANARY}"; echo OK`);
    await useForLocked(right);
    expect(await read('shut', env)).toBe(CANARY);
  });

  it('waits no longer than half a minute for somebody to unlock the key', async () => {
    const env = { PASSWORD_STORE_DIR: join(home.folder, 'locked'), GNUPGHOME: locked.folder };
    await useForLocked(await pinentry('asleep', 'exec sleep 20'));
    const { system, ...rest } = context(env);
    const impatient = { ...system, clock: { ...system.clock, sleep: async () => system.clock.sleep(1500) } };
    expect(await failureOf(backend.read('shut', { ...rest, system: impatient }))).toMatch(
      /^SECRET_TIMEOUT: /,
    );
  });

  it('says that an entry is damaged', async () => {
    put('damaged', CANARY);
    const path = join(home.folder, '.password-store/damaged.gpg');
    const bytes = readFileSync(path);
    for (const content of [
      bytes.subarray(0, -20),
      CANARY,
      '',
      Buffer.from(bytes).fill(7, bytes.length - 60),
    ]) {
      await writeFile(path, content);
      expect(await failureOf(read('damaged'))).toMatch(/^SECRET_BACKEND_FAILED: pass "damaged" /);
    }
  });

  it('says that the program is missing', async () => {
    const env = { PATH: home.programs };
    expect(await failureOf(read('inside', env))).toMatch(
      /^SECRET_BACKEND_MISSING: pass "inside": the program/,
    );
    expect(await backend.diagnose(['inside'], context(env))).toMatchObject({ state: 'failed' });
    expect(await backend.diagnose([], context(env))).toMatchObject({ state: 'ok' });
  });

  it('runs no extension, whoever asks for it', async () => {
    put('extended', CANARY);
    const ran = join(home.folder, 'ran');
    const extension = `#!/bin/bash\ntouch '${ran}'\n`;
    for (const folder of ['.password-store/.extensions', 'extensions']) {
      for (const name of ['show', 'extended', 'insert'])
        await home.file(`${folder}/${name}.bash`, extension, 0o755);
    }
    const env = {
      PASSWORD_STORE_ENABLE_EXTENSIONS: 'true',
      PASSWORD_STORE_EXTENSIONS_DIR: join(home.folder, 'extensions'),
      BASH_ENV: join(home.folder, 'extensions/show.bash'),
    };
    // The real program does run them where it may: the test would else show nothing.
    pass(['extended'], '', env);
    expect(readFileSync(ran, 'utf8')).toBe('');
    await rm(ran);
    expect(await read('extended', env)).toBe(CANARY);
    await backend.write?.('extended', new SecretValue(`${CANARY}-2`), context(env));
    expect(() => readFileSync(ran)).toThrow('ENOENT');
  });

  it('writes an entry that the real program shows, and the first line alone of one that is there', async () => {
    await write('new/entry', CANARY);
    expect(pass(['show', 'new/entry'])).toBe(`${CANARY}\n`);
    put('full', `old\nuser: me\n\nurl: https://example.invalid`);
    await write('full', `${CANARY}-2`);
    expect(pass(['show', 'full'])).toBe(`${CANARY}-2\nuser: me\n\nurl: https://example.invalid`);
    expect(await read('full')).toBe(`${CANARY}-2`);
  });

  it('hands the value to pass on stdin alone, and nothing that is not for pass', async () => {
    const seen = join(home.folder, 'seen');
    await home.program('pass', `{ echo "$@"; env; } >>'${seen}'\nexec /usr/bin/pass "$@"`);
    const env = { GITHUB_TOKEN: CANARY, PASSWORD_STORE_EXTENSIONS_DIR: home.programs, BASH_ENV: '/nowhere' };
    await backend.write?.('stdin', new SecretValue(`${CANARY}-2`), context(env));
    expect(await read('stdin', env)).toBe(`${CANARY}-2`);
    await rm(join(home.programs, 'pass'));
    const text = readFileSync(seen, 'utf8');
    expect(text).toMatch(/^insert --multiline --force -- stdin$/m);
    expect(text).toMatch(/^show -- stdin$/m);
    expect(text).not.toMatch(new RegExp(`${CANARY}|EXTENSIONS_DIR|BASH_ENV`));
  });

  it('writes nothing that it would not read again', async () => {
    put('kept', 'before\n');
    expect(await failureOf(write('kept', `${CANARY}\nsecond`))).toMatch(/^SECRET_INVALID: .* only one line/);
    put('binary', Buffer.from('before\n\xff\xfe', 'latin1'));
    expect(await failureOf(write('binary', CANARY))).toMatch(/^SECRET_INVALID: .* are not UTF-8/);
    expect(await read('kept')).toBe('before');
  });

  it('does not write over an entry that it cannot read', async () => {
    put('theirs', 'before\nnotes');
    const sealed = readFileSync(join(home.folder, '.password-store/theirs.gpg'));
    const env = { PASSWORD_STORE_DIR: join(home.folder, '.password-store'), GNUPGHOME: locked.folder };
    const writing = backend.write?.('theirs', new SecretValue(CANARY), context(env));
    expect(await failureOf(writing ?? read(''))).toMatch(/^SECRET_DENIED: /);
    expect(readFileSync(join(home.folder, '.password-store/theirs.gpg'))).toEqual(sealed);
  });

  it('writes into a store that is a git repository, and has it committed', async () => {
    const store = join(home.folder, 'with git');
    const env = { PASSWORD_STORE_DIR: store };
    await cp(join(home.folder, '.password-store/.gpg-id'), join(store, '.gpg-id'), { recursive: true });
    for (const args of [
      ['init', '-q'],
      ['config', 'user.name', 'T'],
      ['config', 'user.email', 't@example.invalid'],
    ]) {
      runTool(home, ['git', '-C', store, ...args]);
    }
    await backend.write?.('kept', new SecretValue(CANARY), context(env));
    const log = runTool(home, ['git', '-C', store, 'log', '--format=%s', '--stat']);
    expect(log).toMatch(/Add given password for kept to store\.[\s\S]*kept\.gpg/);
    expect(log).not.toContain(CANARY);
    expect(await read('kept', env)).toBe(CANARY);
  });
});

/** A program that answers gpg-agent when it asks for a passphrase (the Assuan protocol). */
function pinentry(name: string, answer: string): Promise<string> {
  return home.program(
    `pinentry-${name}`,
    `echo 'OK ready'\nwhile read -r word rest; do case $word in GETPIN) ${answer} ;; BYE) echo OK; exit 0 ;; *) echo OK ;; esac; done`,
  );
}

async function useForLocked(program: string): Promise<void> {
  await writeFile(join(locked.folder, 'gpg-agent.conf'), `pinentry-program ${program}\n`);
  locked.forget();
}
