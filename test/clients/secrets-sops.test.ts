import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/sops/backend.ts';
import { type Double, double, impatient } from '../secrets/doubles/double.ts';
import { CANARY, failureOf } from '../secrets/support/failure-of.ts';
import { type KeyRing, makeKeyRing, requireTools, runTool } from '../support/secret-tools.ts';

/** Neither Debian nor npm has SOPS: a double of it works on files in its format, with the real `age` and `gpg`. */
const isThere = requireTools('age', 'age-keygen', 'gpg', 'gpgconf', 'gpg-agent');

let sops: Double;
let ring: KeyRing;
let recipient: string;

beforeAll(async () => {
  sops = await double('sops-double.mjs', 'programs/sops');
  if (!isThere) return;
  ring = await makeKeyRing(sops.home, 'g');
  await mkdir(at('.config/sops/age'), { recursive: true });
  runTool(sops.home, ['age-keygen', '-o', '.config/sops/age/keys.txt']);
  recipient = runTool(sops.home, ['age-keygen', '-y', '.config/sops/age/keys.txt']).trim();
});

beforeEach(() => sops.tell({}));

afterAll(async () => {
  ring?.stop();
  await sops.remove();
});

const at = (name: string): string => join(sops.home.folder, name);

async function seal(
  name: string,
  content: JsonObject | string,
  keys = ['--age', recipient],
): Promise<string> {
  const file = await sops.home.file(name, typeof content === 'string' ? content : JSON.stringify(content));
  const sealed = runTool(sops.home, ['sops', '--encrypt', ...keys, file], {
    env: { GNUPGHOME: ring.folder },
  });
  return sops.home.file(name, sealed, 0o644);
}

const read = async (file: string, key: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await backend.read({ file, key }, sops.home.context({ env }))).reveal();

const write = async (file: string, key: string, value: string): Promise<void> =>
  backend.write?.({ file, key }, new SecretValue(value), sops.home.context());

const DOCUMENT = {
  github: { token: CANARY, port: 8443, ratio: 0.5, isOn: true, list: ['first', { name: CANARY }] },
  'tls.crt': `${CANARY}\nsecond\n`,
  dotted: { 'a.b': { c: CANARY } },
  odd: { 'it\'s "here"]': CANARY, 'a[0]': CANARY },
};

describe.runIf(isThere)('SOPS, with a double of sops on files in its format', () => {
  it.each(['yaml', 'json', 'secret'])('reads values of every kind in a file .%s', async (ending) => {
    const file = await seal(`kinds.${ending}`, DOCUMENT);
    expect(readFileSync(file, 'utf8')).not.toContain(CANARY);
    const found: Record<string, string> = {
      'github.token': CANARY,
      'github.port': '8443',
      'github.ratio': '0.5',
      'github.isOn': 'true',
      'github.list.0': 'first',
      'github.list.1.name': CANARY,
      'tls.crt': `${CANARY}\nsecond`,
      'dotted.a.b.c': CANARY,
      'odd.it\'s "here"]': CANARY,
    };
    for (const [key, value] of Object.entries(found)) expect(await read(file, key), key).toBe(value);
  });

  it('reads files .env and .ini, which have no maps in maps', async () => {
    const env = await seal('kept.env', `TOKEN=${CANARY}\nA.B=dotted\n`);
    expect(await read(env, 'TOKEN')).toBe(CANARY);
    expect(await read(env, 'A.B')).toBe('dotted');
    expect(await failureOf(read(env, 'GONE'))).toMatch(/^SECRET_NOT_FOUND: .* no such key/);
    const ini = await seal('kept.ini', `[DEFAULT]\ntop = ${CANARY}-0\n[github.com]\ntoken = ${CANARY}\n`);
    expect(await read(ini, 'github.com.token')).toBe(CANARY);
    expect(await read(ini, 'top')).toBe(`${CANARY}-0`);
  });

  it('says which key is not there, and what is not one value, without starting anything', async () => {
    const file = await seal('kinds.yaml', DOCUMENT);
    const before = (await sops.calls()).length;
    for (const key of [
      'gone',
      'github.gone',
      'github.list.9',
      'github.list.-1',
      'sops.mac',
      '__proto__',
      '.',
    ]) {
      expect(await failureOf(read(file, key)), key).toMatch(/^SECRET_NOT_FOUND: .* no such key/);
    }
    expect(await failureOf(read(file, 'github'))).toMatch(/^SECRET_INVALID: .* is a map, not one value/);
    expect(await failureOf(read(file, 'github.list'))).toMatch(/^SECRET_INVALID: .* is a list, not one/);
    expect(await failureOf(read(file, 'odd.a[0]'))).toMatch(/^SECRET_INVALID: .* cannot reach a key/);
    expect((await sops.calls()).length).toBe(before);
  });

  it.each([
    ['empty', '', 'SECRET_EMPTY'],
    ['a line end alone', '\n', 'SECRET_EMPTY'],
    ['larger than 64 KiB', CANARY.repeat(5000), 'SECRET_TOO_LARGE'],
    ['in a file larger than we read', CANARY.repeat(100_000), 'SECRET_TOO_LARGE'],
    ['with a NUL', `${CANARY}\0`, 'SECRET_INVALID'],
  ])('refuses a value that is %s', async (_, value, code) => {
    const file = await seal('bad.json', { value });
    expect(await failureOf(read(file, 'value'))).toMatch(new RegExp(`^${code}: sops "${file}" key "value"`));
  });

  it('decrypts with an age key of the machine, of a variable, or of the session, and with PGP', async () => {
    runTool(sops.home, ['age-keygen', '-o', 'other.txt']);
    const other = runTool(sops.home, ['age-keygen', '-y', 'other.txt']).trim();
    const file = await seal('other.yaml', DOCUMENT, ['--age', other]);
    const denied = /^SECRET_DENIED: .*: none of your keys decrypts the file/;
    expect(await failureOf(read(file, 'github.token'))).toMatch(denied);
    expect(await read(file, 'github.token', { SOPS_AGE_KEY_FILE: at('other.txt') })).toBe(CANARY);
    const key = /AGE-SECRET-KEY-.*/.exec(readFileSync(at('other.txt'), 'utf8'))?.[0] ?? '';
    expect(await read(file, 'github.token', { SOPS_AGE_KEY: key })).toBe(CANARY);
    const byPgp = await seal('pgp.yaml', DOCUMENT, ['--pgp', ring.fingerprint]);
    expect(await read(byPgp, 'github.token', { GNUPGHOME: ring.folder })).toBe(CANARY);
    await mkdir(at('e'), { mode: 0o700 });
    try {
      expect(await failureOf(read(byPgp, 'github.token', { GNUPGHOME: at('e') }))).toMatch(denied);
    } finally {
      runTool(sops.home, ['gpgconf', '--kill', 'all'], { env: { GNUPGHOME: at('e') } });
    }
  });

  it('tells files that are not there, are not of SOPS, or were changed', async () => {
    const gone = at('gone.yaml');
    expect(await failureOf(read(gone, 'a'))).toMatch(/^SECRET_NOT_FOUND: .*: there is no such file/);
    for (const [name, content] of [
      ['clear.yaml', `a: ${CANARY}\n`],
      ['clear.json', JSON.stringify({ a: CANARY })],
      ['broken.json', `{"a": "${CANARY}`],
      ['broken.yaml', `a: [${CANARY}`],
      ['clear.env', `A=${CANARY}\n`],
      ['empty.yaml', ''],
    ] as const) {
      const file = await sops.home.file(name, content);
      expect(await failureOf(read(file, 'a')), name).toMatch(
        /^SECRET_BACKEND_FAILED: .* not encrypted with SOPS/,
      );
    }
    const file = await seal('changed.json', { a: CANARY, b: 'other' });
    const { a, b, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    for (const changed of [{ a: b, b: a }, { a }]) {
      await sops.home.file('changed.json', JSON.stringify({ ...changed, ...rest }));
      expect(await failureOf(read(file, 'a'))).toMatch(/^SECRET_BACKEND_FAILED: .* changed without SOPS/);
    }
  });

  it('says that the program is missing, hangs, fails, or prints what is no text or has no end', async () => {
    const file = await seal('kinds.yaml', DOCUMENT);
    const nowhere = sops.home.context({ env: { PATH: at('nowhere') } });
    const argument = { file, key: 'github.token' };
    expect(await failureOf(backend.read(argument, nowhere))).toMatch(/^SECRET_BACKEND_MISSING: /);
    expect(await backend.diagnose([argument], nowhere)).toMatchObject({ state: 'failed' });
    expect(await backend.diagnose([], nowhere)).toMatchObject({ state: 'ok' });
    expect(await backend.diagnose([argument], sops.home.context())).toMatchObject({ state: 'ok' });
    await sops.tell({ failure: 'hang' });
    const waited: number[] = [];
    const hanging = backend.read(argument, impatient(sops.home.context(), waited));
    expect(await failureOf(hanging)).toMatch(/^SECRET_TIMEOUT: /);
    expect(waited).toEqual([30_000]);
    await sops.tell({ failure: 'garbage' });
    expect(await failureOf(read(file, 'github.token'))).toMatch(/^SECRET_BACKEND_FAILED: .* \(exit code 2\)/);
    await sops.tell({ failure: 'binary' });
    expect(await failureOf(read(file, 'github.token'))).toMatch(/^SECRET_INVALID: .* is not UTF-8/);
    await sops.tell({ failure: 'endless' });
    expect(await failureOf(read(file, 'github.token'))).toMatch(/^SECRET_TOO_LARGE: /);
  });

  it('hands on what says where keys are and whose, and nothing that runs anything else', async () => {
    const file = await seal('kinds.yaml', DOCUMENT);
    const others = ['SOPS_GPG_EXEC', 'SOPS_CONFIG', 'SOPS_EDITOR', 'EDITOR', 'GITHUB_TOKEN', 'LD_PRELOAD'];
    const own = ['AWS_PROFILE', 'SOPS_AGE_SSH_PRIVATE_KEY_FILE', 'VAULT_TOKEN'];
    const env = Object.fromEntries([...own, ...others].map((name) => [name, '']));
    await read(file, 'github.token', env);
    const call = (await sops.calls()).at(-1);
    expect(call?.variables.filter((name) => name in env)).toEqual(own);
    expect(call?.args).toEqual(['--decrypt', '--extract', '["github"]["token"]', file]);
    expect(backend.settings.filter((name) => backend.session.includes(name))).toEqual([]);
  });

  it('writes a value that is there and one that is new, and nothing else; the value is no argument', async () => {
    const file = await seal('written.yaml', DOCUMENT);
    const value = `${CANARY}-2\n"quoted" äß\nlast`;
    await write(file, 'github.token', value);
    await write(file, 'github.list.1.name', 'renamed');
    await write(file, 'fresh.key', value);
    expect(await read(file, 'github.token')).toBe(value);
    expect(await read(file, 'github.list.1.name')).toBe('renamed');
    expect(await read(file, 'fresh.key')).toBe(value);
    expect(await read(file, 'github.port')).toBe('8443');
    const calls = await sops.calls();
    expect(JSON.stringify(calls.map(({ args }) => args))).not.toContain(CANARY);
    const [call] = calls.filter(({ args }) => args[1] === '--value-stdin');
    expect(call).toMatchObject({
      args: ['set', '--value-stdin', file, '["github"]["token"]'],
      input: JSON.stringify(value),
    });
  });

  it('does not write with a SOPS before 3.11, over a map, or where no key decrypts', async () => {
    const file = await seal('kept.yaml', DOCUMENT);
    const before = readFileSync(file, 'utf8');
    expect(await failureOf(write(file, 'github', CANARY))).toMatch(/^SECRET_INVALID: .* is a map/);
    await sops.tell({ failure: 'before-3.11' });
    expect(await failureOf(write(file, 'github.token', CANARY))).toMatch(/^SECRET_NOT_WRITABLE: /);
    await sops.tell({});
    const none = sops.home.context({ env: { XDG_CONFIG_HOME: at('no-config') } });
    const writing = backend.write?.({ file, key: 'github.token' }, new SecretValue(CANARY), none);
    expect(await failureOf(writing ?? read(file, ''))).toMatch(/^SECRET_DENIED: /);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe.runIf(isThere)('a file of SOPS that names a Vault to ask, with a double of sops', () => {
  const VAULT = { vault_address: 'https://vault.example.invalid:8200', engine_path: 'sops', key_name: 'k' };
  const withVault = async (name: string, change: (text: string) => string): Promise<string> => {
    const file = await seal(name, { a: CANARY });
    return sops.home.file(name, change(readFileSync(file, 'utf8')));
  };
  const addTo = (path: readonly string[], vault: object) => (text: string) => {
    const document = JSON.parse(text);
    path.reduce((holder, key) => (holder[key] ??= {}), document)['hc_vault'] = [vault];
    return JSON.stringify(document);
  };
  const refused = /^SECRET_UNSAFE: .* wants a Vault asked that is not yours: "/;

  it.each<[string, string, (text: string) => string]>([
    ['JSON', 'v.json', addTo(['sops'], VAULT)],
    ['a group of keys', 'v.json', addTo(['sops', 'key_groups', '0'], VAULT)],
    ['letters of another case', 'v.json', addTo(['sops'], { VAULT_ADDRESS: VAULT.vault_address })],
    ['letters that Go folds', 'v.json', addTo(['sops'], { vault_addreſs: VAULT.vault_address })],
    ['YAML', 'v.yaml', (text) => `${text}  hc_vault:\n    - "vault\\u005faddress": ${VAULT.vault_address}\n`],
    [
      'dotenv',
      'v.env',
      () => `A=x\nsops_mac=x\nsops_hc_vault__list_0__map_vault_address=${VAULT.vault_address}\n`,
    ],
    ['INI', 'v.ini', () => `[sops]\nhc_vault__list_0__map_vault_address = "${VAULT.vault_address}"\n`],
    ['any file', 'v.secret', addTo(['sops'], VAULT)],
    [
      'escapes',
      'v.json',
      (text) => addTo(['sops'], VAULT)(text).replace('vault_address', '\\u0076ault_addres\\u0073'),
    ],
    [
      'a key that is there twice',
      'v.json',
      (text) => text.replace('"sops":', `"sops": ${JSON.stringify({ hc_vault: [VAULT] })},\n"sops":`),
    ],
  ])('starts nothing, in %s', async (_, name, change) => {
    const file = await withVault(name, change);
    const before = (await sops.calls()).length;
    const elsewhere = { VAULT_TOKEN: CANARY, VAULT_ADDR: 'https://vault.example.invalid' };
    for (const env of [{}, elsewhere]) {
      expect(await failureOf(read(file, 'a', env))).toMatch(refused);
      const writing = backend.write?.(
        { file, key: 'a' },
        new SecretValue(CANARY),
        sops.home.context({ env }),
      );
      expect(await failureOf(writing ?? read(file, ''))).toMatch(refused);
    }
    expect((await sops.calls()).length).toBe(before);
  });

  it('asks the Vault that was approved', async () => {
    const file = await withVault('v.json', addTo(['sops'], VAULT));
    expect(await read(file, 'a', { VAULT_ADDR: `${VAULT.vault_address}/` })).toBe(CANARY);
  });

  it('takes a secret of that name for what it is', async () => {
    const file = await seal('named.json', { vault_address: CANARY });
    expect(await read(file, 'vault_address')).toBe(CANARY);
  });
});
