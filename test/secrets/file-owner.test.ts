import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileStat } from '../../src/model/system.ts';
import { backend } from '../../src/secrets/file/backend.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

let home: SecretHome;
beforeEach(async () => {
  home = await secretHome();
});
afterEach(() => home.remove());

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
