import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_SECRET_BYTES, type SecretContext } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/file/backend.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const read = async (path: string): Promise<string> => (await backend.read(path, home.context())).reveal();
const failure = (path: string, ctx: SecretContext = home.context()): Promise<string> =>
  failureOf(backend.read(path, ctx));

describe('a secret in a file', () => {
  it('is all that is in it, without a final line end', async () => {
    expect(await read(await home.file('token', `${CANARY}\nb\n`))).toBe(`${CANARY}\nb`);
    expect(await read(await home.file('windows', 'a\r\n'))).toBe('a');
    expect(await read(await home.file('full', `${'x'.repeat(MAX_SECRET_BYTES)}\r\n`))).toHaveLength(
      MAX_SECRET_BYTES,
    );
  });

  it('may be only for its owner to read', async () => {
    expect(await read(await home.file('token', 'a', 0o400))).toBe('a');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'SECRET_EMPTY'],
    ['a line end', '\n', 'SECRET_EMPTY'],
    ['not UTF-8', Buffer.from(`${CANARY}ä`, 'latin1'), 'SECRET_INVALID'],
    ['text with NUL', `${CANARY}\0`, 'SECRET_INVALID'],
    ['too large by a byte', CANARY.padEnd(MAX_SECRET_BYTES + 1, 'x'), 'SECRET_TOO_LARGE'],
    ['far too large', Buffer.alloc(3_000_000, CANARY), 'SECRET_TOO_LARGE'],
  ])('is refused when it is %s', async (_, content, code) => {
    const path = await home.file('token', content);
    expect(await failure(path)).toMatch(new RegExp(`^${code}: file "${path}" `));
  });

  it('is not found where nothing is, or where a file would have to be a folder', async () => {
    const path = await home.file('token', 'a');
    expect(await failure(join(home.folder, 'none'))).toMatch(
      /^SECRET_NOT_FOUND: file ".*\/none" is not there/,
    );
    expect(await failure(join(path, 'below'))).toContain('SECRET_NOT_FOUND');
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o610, 0o601, 0o777])(
    'is refused when its mode is %o',
    async (mode) => {
      const path = await home.file('token', CANARY, mode);
      expect(await failure(path)).toMatch(/^SECRET_UNSAFE: file ".*" can be (?:read|changed) by others/);
      expect(await failure(path)).toContain(`(run \`chmod 600 ${path}\`)`);
    },
  );

  it('is refused when the file or a folder above it is a link, and says where it leads', async () => {
    const path = await home.file('real/token', CANARY);
    await symlink(path, join(home.folder, 'link'));
    await symlink(join(home.folder, 'real'), join(home.folder, 'folder'));
    for (const reached of ['link', 'folder/token']) {
      expect(await failure(join(home.folder, reached))).toBe(
        `SECRET_UNSAFE: file "${join(home.folder, reached)}" is reached through a link (write the real path "${path}")`,
      );
    }
  });

  it('is refused when links lead nowhere or round', async () => {
    await symlink(join(home.folder, 'b'), join(home.folder, 'a'));
    await symlink(join(home.folder, 'a'), join(home.folder, 'b'));
    expect(await failure(join(home.folder, 'a'))).toContain('SECRET_UNSAFE');
    await symlink(join(home.folder, 'none'), join(home.folder, 'dangling'));
    expect(await failure(join(home.folder, 'dangling'))).toContain('SECRET_NOT_FOUND');
  });

  it('is refused when it is a folder, a FIFO or a device, which are not even opened', async () => {
    execFileSync('mkfifo', ['-m', '600', join(home.folder, 'fifo')]);
    await mkdir(join(home.folder, 'folder'), { mode: 0o700 });
    expect(await failure(join(home.folder, 'fifo'))).toContain('is no ordinary file');
    expect(await failure(join(home.folder, 'folder'))).toContain('is no ordinary file');
    expect(await failure('/dev/zero')).toContain(
      'SECRET_UNSAFE: file "/dev/zero" is a device of the machine',
    );
    expect(await failure('/proc/self/environ')).toContain("is the kernel's view of the machine");
  });

  it('is refused when it is a well-known store of keys, there or not, itself or through a link', async () => {
    const path = await home.file('.ssh/id_ed25519', CANARY);
    const refused =
      'is keys of SSH: mcpform does not hand it to a server (make a credential for the server alone';
    expect(await failure(path)).toContain(`SECRET_UNSAFE: file "${path}" ${refused}`);
    expect(await failure(join(home.folder, '.ssh/none'))).toContain(refused);
    await mkdir(join(home.folder, 'repository'));
    await symlink(path, join(home.folder, 'repository/token'));
    expect(await failure(join(home.folder, 'repository/token'))).toContain(refused);
    await symlink('/etc/shadow', join(home.folder, 'repository/passwords'));
    expect(await failure(join(home.folder, 'repository/passwords'))).toContain(
      'is the passwords of this machine',
    );
  });

  it("is refused when it is mcpform's own, wherever that is", async () => {
    const path = await home.file('elsewhere/mcpform/key', CANARY);
    const ctx = home.context({ env: { XDG_STATE_HOME: join(home.folder, 'elsewhere') } });
    expect(await failure(path, ctx)).toContain('is what mcpform keeps for itself');
    expect(await read(path)).toBe(CANARY);
  });

  it('is refused when another file takes its place while it is read', async () => {
    const path = await home.file('token', 'a');
    const { system, ...rest } = home.context();
    const files = {
      ...system.files,
      read: async (each: string) => {
        await unlink(each);
        await symlink(await home.file('.ssh/id_rsa', CANARY), each);
        return await system.files.read(each);
      },
    };
    expect(await failure(path, { ...rest, system: { ...system, files } })).toContain(
      'was replaced while it was read',
    );
  });

  it('tells what the disk said when it cannot be read', async () => {
    const path = await home.file('token', CANARY);
    const { system, ...rest } = home.context();
    const saying = (code: string): SecretContext => {
      const read = () => Promise.reject(Object.assign(new Error(CANARY), { code }));
      return { ...rest, system: { ...system, files: { ...system.files, read } } };
    };
    expect(await failure(path, saying('EIO'))).toContain('SECRET_BACKEND_FAILED');
    expect(await failure(path, saying('EACCES'))).toContain('SECRET_DENIED');
  });
});

describe('what doctor says of files', () => {
  it('tells that they are there and private, or what is wrong, and reads none', async () => {
    const good = await home.file('good', CANARY);
    const open = await home.file('open', CANARY, 0o644);
    const { system, ...rest } = home.context();
    const files = { ...system.files, read: () => expect.fail('it was read') };
    const ctx = { ...rest, system: { ...system, files } };
    expect(await backend.diagnose([], ctx)).toMatchObject({ state: 'ok', detail: 'no file is named' });
    expect(await backend.diagnose([good, good], ctx)).toEqual({
      check: 'secrets file',
      state: 'ok',
      detail: '1 of 1 files are there and private',
    });
    await chmod(good, 0o600);
    expect(await backend.diagnose([good, open, '/nowhere/token'], ctx)).toEqual({
      check: 'secrets file',
      state: 'failed',
      detail: `file "${open}" can be read by others (mode 0644); file "/nowhere/token" is not there`,
      hint: `run \`chmod 600 ${open}\``,
    });
  });
});
