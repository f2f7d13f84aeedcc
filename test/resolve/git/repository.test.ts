import { describe, expect, it } from 'vitest';
import { readPinned, readRepository } from '../../../src/resolve/git/repository.ts';
import { gitResolver } from '../../../src/resolve/git/resolver.ts';
import { type Fake, fakeWorld } from '../fake-world.ts';

const id = '0123456789abcdef0123456789abcdef01234567';
const only = { allowsFiles: false };
const url = 'https://git.example/team/tools';

describe('a repository', () => {
  it.each([
    url,
    'https://git.example:8443/a/b.git',
    'ssh://git@git.example/a/b',
    'ssh://git.example:2222/~me/b',
    'https://[::1]/a',
  ])('is asked at %s', (text) => {
    expect(readRepository(text, 'main', only)).toEqual({ url: text, ref: 'main' });
  });

  it.each([
    'http://git.example/a',
    'git://git.example/a',
    'file:///srv/git/a',
    'ext::sh -c touch% /tmp/x',
    'https://me:secret@git.example/a',
    'https://token@git.example/a',
    'ssh://-oProxyCommand=x/a',
    'ssh://git@-oProxyCommand=x/a',
    '-uupload-pack',
    '--upload-pack=x',
    'git@git.example:a/b',
    '/srv/git/a',
    'https://git.example/a b',
    'https://git.example/a\nb',
    'https://git.example',
    'https://git.example/a#x',
    'https://git.example/a?x',
  ])('is never asked at %j', (text) => {
    expect(() => readRepository(text, undefined, only)).toThrow(
      expect.objectContaining({ code: 'RESOLVE_NAME' }),
    );
    expect(() => readRepository(text, undefined, only)).not.toThrow(/secret|token@/);
  });

  it('may be a file where a caller says so, and nothing else may say it', () => {
    expect(readRepository('file:///srv/a.git', undefined, { allowsFiles: true }).url).toBe(
      'file:///srv/a.git',
    );
    expect(() => readRepository('file://host/a', undefined, { allowsFiles: true })).toThrow();
  });

  it.each(['main', 'v1.2.3', 'release/1.x', id, 'v1.0.0+build', 'HEAD'])('has the ref %s', (ref) => {
    expect(readRepository(url, ref, only).ref).toBe(ref);
  });

  it.each([
    '-main',
    '--upload-pack=x',
    '',
    'a..b',
    'a b',
    'a^{}',
    'a:b',
    'a~1',
    '@',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a/',
    'a.lock',
    'a\nb',
    'ref*',
  ])('has no ref %j', (ref) => {
    expect(() => readRepository(url, ref, only)).toThrow(expect.objectContaining({ code: 'RESOLVE_NAME' }));
  });

  it('is pinned by a whole commit id alone', () => {
    expect(readPinned(`git:ssh://git@git.example/a@${id}`, only)).toEqual({
      url: 'ssh://git@git.example/a',
      commit: id,
    });
    expect(readPinned(`git:${url}@${id}${id.slice(0, 24)}`, only).commit).toHaveLength(64);
    for (const text of [`git:${url}@main`, `git:${url}@${id.slice(1)}`, `git:${url}`, `git:${url}@--x`]) {
      expect(() => readPinned(text, only)).toThrow(expect.objectContaining({ code: 'RESOLVE_NAME' }));
    }
  });
});

describe('what git is started with', () => {
  const ask = (version: string) => ({
    server: 'x',
    runtime: { kind: 'package', ecosystem: 'git', name: url, version } as const,
    ...{ current: null, currentTree: null, isUpdate: false, cooldownMs: 0, root: '/' },
  });

  /** A remote with one branch, whose commit has the files that `ls-tree` lists. */
  const remote =
    (listing: string): Fake =>
    ({ args }) => {
      if (args.includes('ls-remote')) return { stdout: `${id}\trefs/heads/main\n` };
      if (args.includes('rev-parse')) return { stdout: `${id}\n` };
      return args.includes('ls-tree') ? { stdout: listing } : {};
    };

  it('is the address after all options, https and ssh alone, no hook, no prompt, no other environment', async () => {
    const env = {
      GIT_DIR: '/evil',
      GIT_WORK_TREE: '/evil',
      GIT_TEMPLATE_DIR: '/evil',
      GIT_EXTERNAL_DIFF: '/evil',
      GIT_CONFIG_PARAMETERS: "'core.hooksPath'='/evil'",
      GIT_ALLOW_PROTOCOL: 'ext',
      GIT_CONFIG_GLOBAL: '/home/me/.gitconfig',
      GIT_SSH_COMMAND: 'ssh -i key',
    };
    const { ctx, ran } = fakeWorld(remote(''), {}, env);
    await expect(gitResolver.resolve(ask('main'), ctx)).rejects.toMatchObject({ code: 'RESOLVE_NO_PROGRAM' });
    const after = (args: readonly string[]) =>
      args.slice(args.findLastIndex((arg, index) => arg === '-c' || args[index - 1] === '-c') + 1);
    const folder = ran[0]?.options.cwd;
    expect(ran.map(({ args }) => after(args))).toEqual([
      [
        'ls-remote',
        '--quiet',
        '--heads',
        '--tags',
        '--',
        url,
        'refs/tags/main',
        'refs/tags/main^{}',
        'refs/heads/main',
      ],
      ['init', '--quiet', '--bare', '--template=', '--object-format=sha1', '--', `${folder}/commit.git`],
      [
        ...[`--git-dir=${folder}/commit.git`, 'fetch', '--quiet', '--no-tags', '--no-recurse-submodules'],
        ...['--no-write-fetch-head', '--no-auto-gc', '--depth=1', '--', url, id],
      ],
      [
        `--git-dir=${folder}/commit.git`,
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${id}^{commit}`,
      ],
      [
        `--git-dir=${folder}/commit.git`,
        'ls-tree',
        '-r',
        '-z',
        '--long',
        '--full-tree',
        '--end-of-options',
        id,
      ],
    ]);
    for (const { command, args, options } of ran) {
      expect(command).toBe('git');
      expect(args).toEqual(
        expect.arrayContaining([
          'core.hooksPath=/dev/null',
          'core.attributesFile=/dev/null',
          'core.fsmonitor=false',
        ]),
      );
      expect(options).toMatchObject({ inheritsEnv: false, cwd: folder });
      expect(options.env).toMatchObject({
        ...{
          GIT_ALLOW_PROTOCOL: 'https:ssh',
          GIT_TERMINAL_PROMPT: '0',
          GIT_CONFIG_GLOBAL: '/home/me/.gitconfig',
        },
        ...{ GIT_SSH_COMMAND: 'ssh -i key', SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'force' },
      });
      expect(Object.values(options.env ?? {}).filter((value) => value.includes('evil'))).toEqual([]);
    }
  });

  it.each([
    ['a link', `120000 blob ${id}       4\tlink\0`, 'RESOLVE_UNSAFE', '"link" in the repository is a link'],
    [
      'a submodule',
      `160000 commit ${id}       -\tvendor\0`,
      'RESOLVE_UNSAFE',
      '"vendor" in the repository is a submodule',
    ],
    ['a path that climbs out', `100644 blob ${id}       4\t../x\0`, 'RESOLVE_UNSAFE', '"../x"'],
    ['a name that is no text', `100644 blob ${id}       4\ta\uFFFD\0`, 'RESOLVE_UNSAFE', 'a\uFFFD'],
    ['far too much', `100644 blob ${id} 999999999\ta\0`, 'RESOLVE_UNSAFE', '512 MiB'],
  ])('of a commit with %s nothing is taken', async (_, listing, code, words) => {
    const { ctx } = fakeWorld(remote(listing));
    await expect(gitResolver.resolve(ask('main'), ctx)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  it.each([
    ["fatal: repository 'https://git.example/x/' not found", 'RESOLVE_NOT_FOUND'],
    ['fatal: could not read Username for https://git.example: terminal prompts disabled', 'RESOLVE_DENIED'],
    ['git@git.example: Permission denied (publickey).', 'RESOLVE_DENIED'],
    [
      "fatal: unable to access 'https://me:secret@git.example/': Could not resolve host: git.example",
      'RESOLVE_UNAVAILABLE',
    ],
    ["fatal: transport 'http' not allowed", 'RESOLVE_INSECURE'],
    ['fatal: something else', 'RESOLVE_TOOL'],
  ])('%j is %s', async (stderr, code) => {
    const { ctx } = fakeWorld(() => ({ exitCode: 128, stderr }));
    const failure = gitResolver.resolve(ask('main'), ctx);
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  it('is nothing when there is no git', async () => {
    await expect(gitResolver.resolve(ask('main'), fakeWorld(() => null).ctx)).rejects.toMatchObject({
      code: 'RESOLVE_TOOL',
    });
  });

  it('peels a tag, takes it before a branch of that name, and knows no short ids', async () => {
    const tag = 'a'.repeat(40);
    const refs = `${tag}\trefs/tags/v1\n${id}\trefs/tags/v1^{}\n${'b'.repeat(40)}\trefs/heads/v1\n`;
    const { ctx, ran } = fakeWorld(({ args }) =>
      args.includes('ls-remote') ? { stdout: refs } : args.includes('rev-parse') ? { stdout: id } : {},
    );
    await expect(gitResolver.resolve(ask('v1'), ctx)).rejects.toMatchObject({ code: 'RESOLVE_NO_PROGRAM' });
    expect(ran.find(({ args }) => args.includes('fetch'))?.args.at(-1)).toBe(id);
    await expect(gitResolver.resolve(ask('0123456'), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NOT_FOUND',
      hint: 'if it is a commit, write its whole id: 40 digits',
    });
  });
});
