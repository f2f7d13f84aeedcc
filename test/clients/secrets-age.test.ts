import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/age/backend.ts';
import { CANARY, failureOf } from '../secrets/support/failure-of.ts';
import { type SecretHome, secretHome } from '../secrets/support/secret-home.ts';
import { requireTools, runTool } from '../support/secret-tools.ts';

/** https://age-encryption.org/v1, by Debian's `age`, `age-keygen` and `ssh-keygen`. */
const isThere = requireTools('age', 'age-keygen', 'ssh-keygen');

let home: SecretHome;
let recipient: string;

beforeAll(async () => {
  home = await secretHome();
  await mkdir(join(home.folder, '.config/mcpform/age'), { recursive: true });
  if (isThere) recipient = keygen('.config/mcpform/age/identity.txt');
});

afterAll(() => home.remove());

function keygen(name: string): string {
  runTool(home, ['age-keygen', '-o', name]);
  return runTool(home, ['age-keygen', '-y', name]).trim();
}

function seal(name: string, content: string | Uint8Array, ...to: readonly string[]): string {
  const recipients = to.length === 0 ? ['-r', recipient] : to;
  runTool(home, ['age', '-o', name, ...recipients], { input: content });
  return join(home.folder, name);
}

const read = async (argument: Readonly<Record<string, string>>): Promise<string> =>
  (await backend.read(argument, home.context())).reveal();

describe.runIf(isThere)('age, with files that the real program made', () => {
  it.each([
    ['without a line end', CANARY, CANARY],
    ['with a line end', `${CANARY}\n`, CANARY],
    ['with a line end of Windows', `${CANARY}\r\n`, CANARY],
    ['of several lines', `${CANARY}\nsecond\n\n`, `${CANARY}\nsecond\n`],
    ['of 64 KiB', `${'x'.repeat(65_536)}\n`, 'x'.repeat(65_536)],
    ['with letters beyond ASCII', 'geheim-äß-🔑', 'geheim-äß-🔑'],
  ])('reads a value %s', async (_, content, value) => {
    expect(await read({ file: seal('value.age', content) })).toBe(value);
  });

  it('reads an armored file, also one that white space surrounds', async () => {
    const file = seal('armored.age', CANARY, '-a', '-r', recipient);
    expect(readFileSync(file, 'latin1')).toMatch(/^-----BEGIN AGE/);
    expect(await read({ file })).toBe(CANARY);
    writeFileSync(file, `\n${readFileSync(file, 'latin1').replaceAll('\n', '\r\n')}\n`);
    expect(await read({ file })).toBe(CANARY);
  });

  it.each([
    ['empty', '', 'SECRET_EMPTY'],
    ['larger than 64 KiB', CANARY.repeat(5000), 'SECRET_TOO_LARGE'],
    ['larger than we read at all', CANARY.repeat(100_000), 'SECRET_TOO_LARGE'],
    ['not UTF-8', Buffer.from(`${CANARY}\xff`, 'latin1'), 'SECRET_INVALID'],
    ['with a NUL', `${CANARY}\0`, 'SECRET_INVALID'],
  ])('refuses a value that is %s', async (_, content, code) => {
    const file = seal('bad.age', content);
    expect(await failureOf(read({ file }))).toMatch(new RegExp(`^${code}: age "${file}"`));
  });

  it('reads with the identity of the manifest, that of mcpform, and that of SOPS', async () => {
    const other = keygen('other.txt');
    const file = seal('for-other.age', CANARY, '-r', other);
    expect(await failureOf(read({ file }))).toMatch(/^SECRET_DENIED: .* is not encrypted to the identity/);
    expect(await read({ file, identity: join(home.folder, 'other.txt') })).toBe(CANARY);
    const sops = join(home.folder, 'config2/sops/age');
    await mkdir(sops, { recursive: true });
    await rename(join(home.folder, 'other.txt'), join(sops, 'keys.txt'));
    const ctx = home.context({ env: { XDG_CONFIG_HOME: join(home.folder, 'config2') } });
    expect((await backend.read({ file }, ctx)).reveal()).toBe(CANARY);
  });

  it('reads with an identity that is a link to one of ours, as dotfiles have them', async () => {
    const link = join(home.folder, 'link.txt');
    await symlink(join(home.folder, '.config/mcpform/age/identity.txt'), link);
    expect(await read({ file: seal('value.age', CANARY), identity: link })).toBe(CANARY);
  });

  it('reads with an SSH key, through the program', async () => {
    runTool(home, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'ssh-key']);
    const file = seal('ssh.age', `${CANARY}\n`, '-R', 'ssh-key.pub');
    const identity = join(home.folder, 'ssh-key');
    expect(await read({ file, identity })).toBe(CANARY);
    expect(await failureOf(read({ file: seal('not-ssh.age', CANARY), identity }))).toMatch(
      /^SECRET_DENIED: .* is not encrypted to the identity/,
    );
  });

  it('asks nobody for the passphrase of an SSH key, a file or an identity file', async () => {
    runTool(home, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', CANARY, '-f', 'locked-key']);
    const file = seal('locked.age', CANARY, '-R', 'locked-key.pub');
    const locked = read({ file, identity: join(home.folder, 'locked-key') });
    expect(await failureOf(locked)).toMatch(/^SECRET_DENIED: .* asks for a passphrase/);
    // age itself takes a passphrase from a terminal only; the header is as in C2SP's test vectors.
    const byPassphrase = await home.file(
      'scrypt.age',
      'age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 15\nZV/AhotwSGqaPCU43cepl4WYUouAa17a3xpu4G2yi5k\n--- fgMiVLJHMlg9fW7CVG/hPS5EAU4Zeg19LyCP7SoH5nA\nxxxx',
    );
    expect(await failureOf(read({ file: byPassphrase }))).toMatch(/^SECRET_DENIED: .* with a passphrase/);
    const identity = await home.file('sealed-identity.txt', readFileSync(byPassphrase));
    expect(await failureOf(read({ file, identity }))).toMatch(/^SECRET_DENIED: .* protected by a passphrase/);
  });

  it('says which file is not there, which is damaged, and which is none of age', async () => {
    const file = seal('whole.age', CANARY);
    expect(await failureOf(read({ file: `${file}.gone` }))).toBe(
      `SECRET_NOT_FOUND: age "${file}.gone": there is no such file (put it there first, or correct the path in the manifest)`,
    );
    const bytes = readFileSync(file);
    const armored = seal('cut.age', CANARY, '-a', '-r', recipient);
    const damaged: Record<string, Uint8Array | string> = {
      'last byte': Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]),
      'header only': bytes.subarray(0, 150),
      'cut armor': readFileSync(armored, 'latin1').slice(0, -20),
      'clear text': CANARY,
      nothing: '',
    };
    for (const [name, content] of Object.entries(damaged)) {
      const broken = await home.file('broken.age', content);
      expect(await failureOf(read({ file: broken })), name).toMatch(
        /^SECRET_BACKEND_FAILED: .* is damaged, or/,
      );
    }
    expect(await failureOf(read({ file: home.folder }))).toMatch(
      /^SECRET_BACKEND_FAILED: .* no regular file/,
    );
    runTool(home, ['mkfifo', 'pipe.age']);
    expect(await failureOf(read({ file: join(home.folder, 'pipe.age') }))).toMatch(/no regular file/);
  });

  it('uses no identity that others can read, and none that is not one', async () => {
    const file = seal('value.age', CANARY);
    keygen('open.txt');
    const identity = join(home.folder, 'open.txt');
    await chmod(identity, 0o644);
    expect(await failureOf(read({ file, identity }))).toMatch(/^SECRET_UNSAFE: .* can be read by others/);
    for (const content of ['', '# nothing\n', `${CANARY}\n`, `AGE-SECRET-KEY-1\n${CANARY}\n`]) {
      const none = await home.file('none.txt', content);
      expect(await failureOf(read({ file, identity: none }))).toMatch(/^SECRET_DENIED: .* no identity/);
    }
    const damaged = await home.file('damaged.txt', `AGE-SECRET-KEY-1${CANARY}\n`);
    expect(await failureOf(read({ file, identity: damaged }))).toMatch(/^SECRET_DENIED: .* is damaged/);
    const gone = join(home.folder, 'gone.txt');
    expect(await failureOf(read({ file, identity: gone }))).toMatch(/^SECRET_NOT_FOUND: .* no identity file/);
  });

  it('says that the program is missing when an SSH key needs it, and needs it for nothing else', async () => {
    const file = seal('value.age', CANARY);
    const nowhere = home.context({ env: { PATH: home.programs } });
    expect((await backend.read({ file }, nowhere)).reveal()).toBe(CANARY);
    runTool(home, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'alone']);
    const identity = join(home.folder, 'alone');
    expect(await failureOf(backend.read({ file, identity }, nowhere))).toMatch(
      /^SECRET_BACKEND_MISSING: .* the program "age" is not there/,
    );
    expect(await backend.diagnose([{ file, identity }], nowhere)).toMatchObject({ state: 'failed' });
    expect(await backend.diagnose([{ file, identity }], home.context())).toMatchObject({ state: 'ok' });
  });

  it('writes what the real program reads, for us alone, in one go', async () => {
    const folder = join(home.folder, 'written');
    await mkdir(folder);
    const file = join(folder, 'new.age');
    for (const value of [`${CANARY}\nsecond`, `${CANARY}-2`]) {
      await backend.write?.({ file }, new SecretValue(value), home.context());
      const opened = runTool(home, ['age', '-d', '-i', '.config/mcpform/age/identity.txt', file]);
      expect(opened).toBe(value);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(await read({ file })).toBe(value);
    }
    expect(await readdir(folder)).toEqual(['new.age']);
  });

  it('writes for an SSH key, through the program', async () => {
    runTool(home, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'ssh-writer']);
    const place = { file: join(home.folder, 'by-ssh.age'), identity: join(home.folder, 'ssh-writer') };
    await backend.write?.(place, new SecretValue(CANARY), home.context());
    expect(runTool(home, ['age', '-d', '-i', 'ssh-writer', place.file])).toBe(CANARY);
    expect(await read(place)).toBe(CANARY);
  });

  it('writes through a link to where it leads, and says where it cannot write', async () => {
    const target = seal('target.age', 'old');
    const file = join(home.folder, 'to-target.age');
    await symlink(target, file);
    await backend.write?.({ file }, new SecretValue(CANARY), home.context());
    expect(await read({ file: target })).toBe(CANARY);
    const nowhere = join(home.folder, 'no/such/folder.age');
    const write = backend.write?.({ file: nowhere }, new SecretValue(CANARY), home.context());
    expect(await failureOf(write ?? Promise.resolve())).toMatch(
      /^SECRET_BACKEND_FAILED: .* cannot be written \(ENOENT\)/,
    );
  });
});
