import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretContext } from '../../src/model/secret.ts';
import { backend } from '../../src/secrets/docker/backend.ts';
import { diagnoseMounted, readMounted } from '../../src/secrets/docker/mounted.ts';
import { CANARY, failureOf } from './support/failure-of.ts';
import { memoryContext } from './support/memory-context.ts';
import { type SecretHome, secretHome } from './support/secret-home.ts';

describe('a secret that an engine gave to the container of mcpform', () => {
  const ctx = memoryContext({ tree: { '/run/secrets/github': `${CANARY}\n`, '/run/other': 'x' } });

  it('is in /run/secrets by its name', async () => {
    expect((await backend.read('github', ctx)).reveal()).toBe(CANARY);
  });

  it('is not found where none of that name, or none at all is mounted', async () => {
    expect(await failureOf(backend.read('gitlab', ctx))).toBe(
      'SECRET_NOT_FOUND: docker "gitlab" is not mounted here (give it to the container in which mcpform runs)',
    );
    expect(await failureOf(backend.read('github', memoryContext()))).toContain('SECRET_NOT_FOUND');
    expect(await failureOf(backend.read('github', memoryContext({}, { platform: 'darwin' })))).toContain(
      '(it is there only in a Linux container in which mcpform runs)',
    );
  });

  it('cannot be written', () => {
    expect(backend.write).toBeUndefined();
  });

  it('is diagnosed by what is there', async () => {
    expect(await backend.diagnose(['github'], ctx)).toEqual({
      check: 'secrets docker',
      state: 'ok',
      detail: '"/run/secrets" has 1 entries',
    });
    expect(await backend.diagnose(['github', 'a', 'b'], ctx)).toMatchObject({
      state: 'failed',
      detail: '"/run/secrets" has no a, b',
    });
    const outside = memoryContext();
    const detail = '"/run/secrets" cannot be read: no container with secrets';
    expect(await backend.diagnose(['github'], outside)).toMatchObject({ state: 'failed', detail });
    expect(await backend.diagnose([], outside)).toMatchObject({ state: 'ok', detail });
  });
});

describe('what an engine mounts', () => {
  let home: SecretHome;
  let folder: string;
  let ctx: SecretContext;
  beforeEach(async () => {
    home = await secretHome();
    folder = join(home.folder, 'secrets');
    await mkdir(folder);
    ctx = home.context();
  });
  afterEach(() => home.remove());
  const failure = (name: string): Promise<string> => failureOf(readMounted(folder, name, ctx));

  it.each([0o444, 0o400, 0o644])('may have the mode %o', async (mode) => {
    await home.file('secrets/github', 'a\n', mode);
    expect((await readMounted(folder, 'github', ctx)).reveal()).toBe('a');
  });

  it('may be links around in the folder, as in Kubernetes, and the folder itself one', async () => {
    await home.file('secrets/..2026_11_20/github', 'a', 0o444);
    await symlink('..2026_11_20', join(folder, '..data'));
    await symlink('..data/github', join(folder, 'github'));
    await symlink(folder, join(home.folder, 'link'));
    expect((await readMounted(folder, 'github', ctx)).reveal()).toBe('a');
    expect((await readMounted(join(home.folder, 'link'), 'github', ctx)).reveal()).toBe('a');
  });

  it('is no link out of the folder, and no folder', async () => {
    const path = await home.file('elsewhere', CANARY);
    await home.file('secrets-too/github', CANARY);
    await symlink(path, join(folder, 'out'));
    await symlink(join(home.folder, 'secrets-too/github'), join(folder, 'beside'));
    await mkdir(join(folder, 'folder'));
    expect(await failure('out')).toContain(
      `SECRET_UNSAFE: docker "out" is a link to what is not in "${folder}"`,
    );
    expect(await failure('beside')).toContain('SECRET_UNSAFE');
    expect(await failure('folder')).toContain('SECRET_UNSAFE: docker "folder" is no ordinary file');
    await symlink('nowhere', join(folder, 'dangling'));
    expect(await failure('dangling')).toContain('SECRET_NOT_FOUND');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'SECRET_EMPTY: docker "github" is empty'],
    ['not UTF-8', Buffer.from(`${CANARY}ä`, 'latin1'), 'SECRET_INVALID: docker "github" is not UTF-8'],
    [
      'too large',
      Buffer.alloc(500_000, CANARY),
      'SECRET_TOO_LARGE: docker "github" is larger than any secret',
    ],
  ])('is refused when it is %s', async (_, content, wanted) => {
    await home.file('secrets/github', content, 0o444);
    expect(await failure('github')).toContain(wanted);
  });

  it('is denied when it may not be read', async () => {
    await home.file('secrets/github', CANARY, 0o444);
    const denied = async () => Promise.reject(Object.assign(new Error(CANARY), { code: 'EACCES' }));
    const { system, ...rest } = ctx;
    const closed = { ...rest, system: { ...system, files: { ...system.files, read: denied, list: denied } } };
    expect(await failureOf(readMounted(folder, 'github', closed))).toContain(
      'SECRET_DENIED: docker "github" may not be read (EACCES)',
    );
    expect(await diagnoseMounted(folder, ['github'], closed)).toMatchObject({ state: 'failed' });
  });
});
