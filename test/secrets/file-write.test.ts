import { link, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretContext, SecretValue } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/file/backend.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

const read = async (path: string): Promise<string> => (await backend.read(path, home.context())).reveal();
const write = (path: string, text: string, ctx: SecretContext = home.context()) =>
  backend.write?.(path, new SecretValue(text), ctx) ?? expect.fail('it cannot be written');

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
