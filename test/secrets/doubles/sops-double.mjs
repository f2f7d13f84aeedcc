// A double of Mozilla's, now CNCF's, SOPS, 3.7 to 3.13: encrypt, decrypt, extract and set, for age and PGP. It reads
// and writes what SOPS does, and has the real `age` and `gpg` open the data key.
// https://github.com/getsops/sops: cmd/sops/main.go, cmd/sops/decrypt.go, cmd/sops/codes/codes.go, CHANGELOG.md
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { args, fail, hang, input, print, say, state } from './double.mjs';
import { convert, decrypt, encrypt, parseDocument, printDocument } from './sops-document.mjs';

const GPG = ['gpg', '--batch', '--quiet', '--trust-model', 'always'];
const FAILED = `Failed to get the data key required to decrypt the SOPS file.

Group 0: FAILED

Recovery failed because no master key was able to decrypt the file. In
order for SOPS to recover the file, at least one key has to be successful,
but none were.`;
const AAD_MAC = '2026-01-01T00:00:00Z';

const [first] = args;
const file = args.find((arg) => arg.startsWith('/'));
if (state.failure === 'hang') hang();
else if (state.failure === 'garbage') fail('panic: runtime error: invalid memory address', 2);
else if (state.failure === 'binary') print(Buffer.from(`${state.canary}\xff`, 'latin1'));
else if (state.failure === 'endless') for (;;) print(state.canary.repeat(4096));
else if (first === 'set') set();
else if (first === '--encrypt') print(seal(parseDocument(readFileSync(file, 'utf8'), file), optionsOf()));
else if (first === '--decrypt') print(extract(open(), args[args.indexOf('--extract') + 1]));
else fail('No such command', 1);

function set() {
  const isNew = state.failure !== 'before-3.11';
  if (args.includes('--help')) {
    return print(
      `NAME:\n   sops set - set a specific key\n\n${isNew ? '   --value-stdin  treat value as…\n' : ''}`,
    );
  }
  const [path] = pathOf(args.at(-1)).reverse();
  const { plain, key, sops } = open();
  const holder = pathOf(args.at(-1))
    .slice(0, -1)
    .reduce((at, part) => (at[part] ??= {}), plain);
  holder[path] = JSON.parse(input);
  writeFileSync(file, sealed(plain, key, sops));
  say('[CMD]	 INFO	 File written successfully\n');
}

function seal(data, { age, pgp }) {
  const key = randomBytes(32);
  return sealed(data, key, {
    ...(age && { age: [{ recipient: age, enc: sealKey(['age', '--armor', '-r', age], key) }] }),
    ...(pgp && { pgp: [{ fp: pgp, enc: sealKey([...GPG, '--armor', '--encrypt', '-r', pgp], key) }] }),
    version: '3.11.0',
  });
}

function sealed(data, key, sops) {
  const { changed, mac } = convert(data, (value, place, note) => {
    note(value);
    return value === '' ? '' : encrypt(value, key, place);
  });
  const lastmodified = AAD_MAC;
  return printDocument(
    { ...changed, sops: { ...sops, lastmodified, mac: encrypt(mac, key, lastmodified) } },
    file,
  );
}

function open() {
  if (!existsSync(file)) fail('Error: cannot operate on non-existent file', 100);
  const { sops, ...data } = parseDocument(readFileSync(file, 'utf8'), file);
  if (sops === undefined) fail('sops metadata not found');
  const key = keyOf(sops);
  if (key === null) fail(FAILED, 128);
  try {
    const { changed, mac } = convert(data, (value, place, note) => {
      const plain = value === '' ? '' : decrypt(value, key, place);
      note(plain);
      return plain;
    });
    const expected = decrypt(sops.mac, key, sops.lastmodified);
    if (mac !== expected) fail(`MAC mismatch. File has ${expected}, computed ${mac}`, 51);
    return { plain: changed, key, sops };
  } catch (error) {
    return fail(`Error decrypting tree: ${error.message}`, 25);
  }
}

/** A text is printed as it is; all else as the format has it. */
function extract({ plain }, path) {
  const found = pathOf(path).reduce((at, part) => {
    if (at?.[part] === undefined) fail(`error truncating tree: component ['${part}'] not found`);
    return at[part];
  }, plain);
  return typeof found === 'string' ? found : `${JSON.stringify(found)}\n`;
}

function pathOf(text) {
  return text
    .split('[')
    .slice(1)
    .map((part) => part.slice(0, -1))
    .map((part) => (/^["']/.test(part) ? part.slice(1, -1) : Number(part)));
}

function keyOf({ age = [], pgp = [] }) {
  const config = process.env.XDG_CONFIG_HOME ?? join(process.env.HOME, '.config');
  const identity = process.env.SOPS_AGE_KEY_FILE ?? join(config, 'sops/age/keys.txt');
  const keys = process.env.SOPS_AGE_KEY;
  const command = ['age', '--decrypt', '--identity'];
  return (
    age.map(({ enc }) => openKey([...command, identity], enc)).find(Boolean) ??
    (keys && age.map(({ enc }) => openKeyWith(keys, enc)).find(Boolean)) ??
    pgp.map(({ enc }) => openKey([...GPG, '--decrypt'], enc)).find(Boolean) ??
    null
  );
}

function openKeyWith(keys, enc) {
  const path = join(process.env.HOME, `key-${process.pid}`);
  writeFileSync(path, `${keys}\n`, { mode: 0o600 });
  return openKey(['age', '--decrypt', '--identity', path], enc);
}

function openKey([program, ...rest], enc) {
  try {
    return execFileSync(program, rest, { input: enc, stdio: ['pipe', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}

function sealKey([program, ...rest], key) {
  return execFileSync(program, rest, { input: key, encoding: 'utf8' });
}

function optionsOf() {
  const named = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  return { age: named('--age'), pgp: named('--pgp') };
}
