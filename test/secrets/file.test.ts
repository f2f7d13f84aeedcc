import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, readdir, readFile, stat, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_SECRET_BYTES, type SecretContext, SecretValue } from '../../src/model/secret.ts';
import type { FileStat } from '../../src/model/system.ts';
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
const write = (path: string, text: string, ctx: SecretContext = home.context()) =>
  backend.write?.(path, new SecretValue(text), ctx) ?? expect.fail('it cannot be written');

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

describe('whose file it is', () => {
  const ME = 1000;
  /** A file of which the disk says `owner`, read by the user `me`. */
  const readAs = async (owner: Partial<FileStat>, me = ME, platform: NodeJS.Platform = 'linux') => {
    const { system, ...rest } = home.context();
    const { files, processes } = system;
    const stat = async (each: string) => ({ ...(await files.stat(each)), ...owner });
    const identity = async () => ({ ...(await processes.identity()), uid: me });
    return await backend.read(await home.file('token', CANARY), {
      ...rest,
      platform,
      system: { ...system, files: { ...files, stat }, processes: { ...processes, identity } },
    });
  };

  it.each<[string, Partial<FileStat>, number]>([
    ['ours, private', { uid: ME, mode: 0o600 }, ME],
    ["root's, for all to read", { uid: 0, mode: 0o444 }, ME],
    ["root's, for a group to read", { uid: 0, mode: 0o640 }, ME],
    ["root's own", { uid: 0, mode: 0o600 }, 0],
  ])('may be %s', async (_, owner, me) => {
    expect((await readAs(owner, me)).reveal()).toBe(CANARY);
  });

  it.each<[string, Partial<FileStat>, number, string]>([
    [
      'ours, for all to read',
      { uid: ME, mode: 0o644 },
      ME,
      'can be read by others (mode 0644) (run `chmod 600',
    ],
    ['ours, for a group to write', { uid: ME, mode: 0o660 }, ME, 'can be changed by others (mode 0660)'],
    [
      "root's, for a group to write",
      { uid: 0, mode: 0o664 },
      ME,
      'can be changed by others (mode 0664) (run `chmod go-w',
    ],
    [
      "root's, for all to read, when we are root",
      { uid: 0, mode: 0o644 },
      0,
      'can be read by others (mode 0644)',
    ],
    ["somebody else's", { uid: 1001, mode: 0o644 }, ME, 'belongs to somebody else (user 1001)'],
    ["a person's, when we are root", { uid: ME, mode: 0o600 }, 0, 'belongs to somebody else (user 1000)'],
  ])('must not be %s', async (_, owner, me, words) => {
    expect(await failureOf(readAs(owner, me))).toContain(
      `SECRET_UNSAFE: file "${join(home.folder, 'token')}" ${words}`,
    );
  });

  it('says nothing on Windows, which has no such modes', async () => {
    expect((await readAs({ uid: 0, mode: 0o666 }, -1, 'win32')).reveal()).toBe(CANARY);
  });
});

describe('a secret that is written to a file', () => {
  it.each(['abc', 'a\nb', 'a\n', 'a\r\n', ' x ', 'pä🔑'])('is read back as it was: %j', async (value) => {
    const path = join(home.folder, 'token');
    await write(path, value);
    expect(await read(path)).toBe(value);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('replaces what was there as a whole, and leaves nothing else behind', async () => {
    const path = await home.file('own/token', 'old', 0o400);
    await link(path, join(home.folder, 'old'));
    await write(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readFile(join(home.folder, 'old'), 'utf8')).toBe('old');
    expect(await readdir(join(home.folder, 'own'))).toEqual(['token']);
  });

  it('goes to no file that others can read, to no link, no store of keys and no folder', async () => {
    const open = await home.file('open', 'old', 0o644);
    const keys = await home.file('.ssh/authorized_keys', 'old');
    await symlink(open, join(home.folder, 'link'));
    await mkdir(join(home.folder, 'folder'));
    for (const path of [open, keys, join(home.folder, 'link'), join(home.folder, 'folder'), '/dev/null']) {
      expect(await failureOf(write(path, CANARY))).toContain('SECRET_UNSAFE');
    }
    expect(await failureOf(write(join(home.folder, '.claude/none'), CANARY))).toContain('SECRET_UNSAFE');
    expect([await readFile(open, 'utf8'), await readFile(keys, 'utf8')]).toEqual(['old', 'old']);
  });

  it('needs a folder that is there, and reached through no link', async () => {
    expect(await failureOf(write(join(home.folder, 'none/token'), CANARY))).toBe(
      `SECRET_BACKEND_FAILED: file "${join(home.folder, 'none/token')}" could not be written (ENOENT) (make the folder "${join(home.folder, 'none')}" first)`,
    );
    await mkdir(join(home.folder, 'real'));
    await symlink(join(home.folder, 'real'), join(home.folder, 'link'));
    expect(await failureOf(write(join(home.folder, 'link/token'), CANARY))).toContain(
      'is reached through a link',
    );
    expect(await readdir(join(home.folder, 'real'))).toEqual([]);
  });

  it.each(['create', 'rename'] as const)('leaves all as it was when %s fails', async (call) => {
    const path = await home.file('own/token', 'old');
    const { system, ...rest } = home.context();
    const broken = { [call]: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) };
    const ctx = { ...rest, system: { ...system, files: { ...system.files, ...broken } } };
    expect(await failureOf(write(path, CANARY, ctx))).toContain('could not be written (ENOSPC)');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(home.folder, 'own'))).toEqual(['token']);
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
