import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeDigest } from '../../src/lock/tree-file.ts';
import type { Context } from '../../src/model/context.ts';
import type { PackagePin } from '../../src/model/lock.ts';
import type { Resolution, ResolveRequest } from '../../src/model/resolver.ts';
import { gitInstallerFor } from '../../src/resolve/git/installer.ts';
import { gitResolver, gitResolverFor } from '../../src/resolve/git/resolver.ts';
import { type GitRepository, gitRepository } from '../support/git-repository.ts';
import { type NpmRegistry, npmRegistry } from '../support/npm-registry.ts';
import { realContext } from '../support/real-context.ts';
import { run } from '../support/run.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const files = { allowsFiles: true };
const resolver = gitResolverFor(files);
const installer = gitInstallerFor(files);

const program =
  '#!/usr/bin/env node\nconsole.log(require("dep").who, require("../lib/own.js"), process.argv.slice(2).join());\n';
const manifest = (more: object = {}): string =>
  JSON.stringify({
    name: '@team/tool',
    version: '0.0.0',
    bin: { tool: './bin/tool.js' },
    dependencies: { dep: '^1' },
    ...more,
  });
const project = {
  'package.json': manifest(),
  'bin/tool.js': program,
  'lib/own.js': 'module.exports = "own";\n',
};

/** Real Git over `file://`, which nothing but this flag allows, and an npm registry of our own on loopback. */
describe('a repository with the real git', () => {
  let home: Home;
  let registry: NpmRegistry;
  let repository: GitRepository;
  let ctx: Context;

  beforeEach(async () => {
    home = await throwawayHome();
    registry = await npmRegistry();
    registry.publish({ name: 'dep', version: '1.0.0', files: { 'index.js': 'exports.who = "dep 1.0.0";' } });
    registry.publish({ name: 'dep', version: '2.0.0', files: { 'index.js': 'exports.who = "dep 2.0.0";' } });
    await writeFile(join(home.folder, '.npmrc'), `registry=${registry.url}\nfetch-retries=0\n`);
    repository = await gitRepository(home);
    ctx = realContext(home, { NPM_CONFIG_GLOBALCONFIG: join(home.folder, 'none'), GIT_CONFIG_NOSYSTEM: '1' });
  });

  afterEach(async () => {
    await registry.close();
    await home.remove();
  });

  const requestFor = (
    version?: string,
    more: Partial<ResolveRequest<PackagePin>> = {},
  ): ResolveRequest<PackagePin> => ({
    server: 'tool',
    runtime: {
      kind: 'package',
      ecosystem: 'git',
      name: repository.url,
      ...(version === undefined ? {} : { version }),
    },
    ...{ current: null, currentTree: null, isUpdate: false, cooldownMs: 0, root: '/', ...more },
  });
  const resolve = (version?: string, more?: Partial<ResolveRequest<PackagePin>>) =>
    resolver.resolve(requestFor(version, more), ctx);

  const install = async ({ pin, tree }: Pick<Resolution<PackagePin>, 'pin' | 'tree'>, name = 'installed') => {
    const folder = join(home.folder, name);
    await mkdir(folder);
    return { folder, ...(await installer.install({ pin, tree, folder }, ctx)) };
  };

  const check = ({ pin, tree }: Pick<Resolution<PackagePin>, 'pin' | 'tree'>) =>
    resolver.check({ server: 'tool', pin, tree, root: '/' }, ctx);

  it('is locked to a commit with its dependencies, installed from there, and starts', async () => {
    const id = await repository.commit(project);
    const resolution = await resolve('main');
    expect(resolution.pin).toEqual({
      kind: 'package',
      package: `git:${repository.url}@${id}`,
      requested: `git:${repository.url}@main`,
      tree: treeDigest(resolution.tree as string),
    });
    const { packages } = JSON.parse(resolution.tree as string);
    expect(packages).toMatchObject({
      '': { dependencies: { dep: '1.0.0' } },
      'node_modules/dep': { version: '1.0.0' },
    });
    expect(resolution.findings).toEqual([]);
    expect(await check(resolution)).toEqual([]);
    const { folder, programs, main } = await install(resolution);
    expect([programs, main]).toEqual([
      { tool: { kind: 'node', file: 'node_modules/@team/tool/bin/tool.js' } },
      'tool',
    ]);
    const ran = await run(process.execPath, [join(folder, 'node_modules/@team/tool/bin/tool.js'), 'x'], {
      cwd: home.project,
      env: home.env,
    });
    expect(ran).toMatchObject({ stdout: 'dep 1.0.0 own x\n', stderr: '' });
    const written = await readdir(folder, { recursive: true });
    expect(written.filter((path) => /package-lock|\.git/.test(path))).toEqual([]);
    expect(await readdir(join(home.folder, 'cache/resolve'))).toEqual([]);
  });

  it('stays at the commit that is locked until somebody asks for the newest', async () => {
    await repository.commit(project);
    const first = await resolve();
    const second = await repository.commit({ ...project, 'README.md': 'more' });
    const current = { current: first.pin, currentTree: first.tree };
    expect((await resolve(undefined, current)).pin).toBe(first.pin);
    const updated = await resolve(undefined, { ...current, isUpdate: true });
    expect(updated.pin.package).toBe(`git:${repository.url}@${second}`);
    expect(updated.tree).toBe(first.tree);
    expect(await check(first)).toEqual([]);
  });

  it('is found by tag, which may be annotated, and by commit', async () => {
    const id = await repository.commit(project);
    await repository.git('tag', '-a', '-m', 'one', 'v1.0.0');
    await repository.push('v1.0.0');
    for (const ref of ['v1.0.0', id]) {
      expect((await resolve(ref)).pin.package).toBe(`git:${repository.url}@${id}`);
    }
    expect((await resolve(id)).pin).not.toHaveProperty('requested');
    const first = await resolve('v1.0.0');
    const other = await repository.commit({ ...project, 'README.md': 'other' });
    await repository.git('tag', '-f', 'v1.0.0');
    await repository.push('v1.0.0');
    const moved = await resolve('v1.0.0', { current: first.pin, currentTree: first.tree, isUpdate: true });
    expect(moved.findings).toMatchObject([
      { code: 'RESOLVE_REF_MOVED', message: expect.stringContaining(`from ${id} to ${other}`) },
    ]);
  });

  it('with SHA-256 ids is taken too', async () => {
    const bare = join(home.folder, 'new.git');
    await repository.commit(project);
    const env = {
      ...home.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a',
    };
    const work = join(home.folder, 'origin-work');
    for (const args of [
      ['init', '-q', '--object-format=sha256', '-b', 'main', bare],
      ['-C', bare, `--work-tree=${work}`, 'add', '.'],
      ['-C', bare, `--work-tree=${work}`, 'commit', '-q', '-m', 'x'],
    ]) {
      const ran = await run(
        'git',
        args[0] === 'init' ? args : ['--git-dir', `${bare}/.git`, ...args.slice(2)],
        { cwd: home.folder, env },
      );
      if (ran.exitCode !== 0) throw new Error(ran.stderr);
    }
    const runtime = { kind: 'package', ecosystem: 'git', name: `file://${bare}` } as const;
    const resolution = await resolver.resolve({ ...requestFor(), runtime }, ctx);
    expect(resolution.pin.package).toMatch(/@[0-9a-f]{64}$/);
    expect((await install(resolution)).main).toBe('tool');
    expect(await check(resolution)).toEqual([]);
  });

  it('is not taken at a commit that is under none of its branches and tags', async () => {
    await repository.commit(project);
    const lost = await repository.commit({
      ...project,
      'bin/tool.js': '#!/usr/bin/env node\nconsole.log("a fork");\n',
    });
    const locked = await resolve(lost);
    await repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    await repository.push('main');
    // The server still has it, and would give it to whoever asks: as hosts do with commits of every fork.
    await run('git', ['config', 'uploadpack.allowAnySHA1InWant', 'true'], {
      cwd: repository.bare,
      env: home.env,
    });
    await expect(resolve(lost)).rejects.toMatchObject({ code: 'RESOLVE_NOT_FOUND' });
    expect(await check(locked)).toMatchObject([{ code: 'RESOLVE_NOT_FOUND' }]);
  });

  it('is written byte for byte, whatever its attributes and our configuration say', async () => {
    const marker = join(home.folder, 'marker');
    await writeFile(
      join(home.folder, '.gitconfig'),
      `[filter "evil"]\n\tsmudge = touch ${marker}\n\tclean = touch ${marker}\n\trequired = true\n[core]\n\tautocrlf = true\n\thooksPath = ${home.folder}/hooks\n[init]\n\ttemplateDir = ${home.folder}/hooks\n`,
    );
    await mkdir(join(home.folder, 'hooks/hooks'), { recursive: true });
    for (const hook of [
      'hooks/post-checkout',
      'hooks/reference-transaction',
      'hooks/hooks/reference-transaction',
    ]) {
      await writeFile(join(home.folder, hook), `#!/bin/sh\ntouch ${marker}\n`);
      await chmod(join(home.folder, hook), 0o755);
    }
    const odd = {
      ...project,
      '.gitattributes':
        '* text eol=crlf\n*.js filter=evil ident\nhidden export-ignore\nsubst.txt export-subst\nwide.txt working-tree-encoding=UTF-16\n',
      'subst.txt': '$Format:%H$\n$Id$\n',
      hidden: 'here\n',
      'wide.txt': 'wide\n',
      'lines.txt': 'a\nb\r\n',
      'bin/run.sh': '#!/bin/sh\n',
      'sub/.gitattributes': '* export-ignore\n',
      'sub/file': 'x',
    };
    await repository.commit(odd);
    const resolution = await resolve();
    const { folder } = await install(resolution);
    // The history is fetched for this, and branches are made, where Git would tell hooks.
    await repository.commit(project);
    expect(await check(resolution)).toEqual([]);
    const place = join(folder, 'node_modules/@team/tool');
    for (const [path, text] of Object.entries(odd))
      expect([path, await readFile(join(place, path), 'utf8')]).toEqual([path, text]);
    expect((await stat(join(place, 'bin/run.sh'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(place, 'lines.txt'))).mode & 0o111).toBe(0);
    expect(existsSync(marker)).toBe(false);
  });

  it('with a link or a submodule is refused, and nothing is written', async () => {
    await repository.commit(project);
    const good = await resolve();
    const bad = await repository.commit({ ...project, secrets: { link: '/etc/passwd' } });
    await expect(resolve()).rejects.toMatchObject({
      code: 'RESOLVE_UNSAFE',
      message: expect.stringContaining('"secrets" in the repository is a link'),
    });
    const pin = { ...good.pin, package: `git:${repository.url}@${bad}` };
    await expect(install({ pin, tree: good.tree })).rejects.toMatchObject({ code: 'RESOLVE_UNSAFE' });
    expect(await readdir(join(home.folder, 'installed'))).toEqual([]);
    await repository.commit(project);
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${bad},vendor`);
    await repository.git('commit', '--quiet', '-m', 'submodule');
    await repository.push('main');
    await expect(resolve()).rejects.toMatchObject({
      code: 'RESOLVE_UNSAFE',
      message: expect.stringContaining('"vendor" in the repository is a submodule'),
    });
  });

  it.each([
    ['no package.json', { 'README.md': '' }, 'has no package.json'],
    ['a Python project', { 'pyproject.toml': '' }, 'is a Python project'],
    ['no program', { 'package.json': manifest({ bin: undefined }) }, 'without "bin"'],
    [
      'a program that is built',
      { 'package.json': manifest({ bin: './dist/index.js' }) },
      '"./dist/index.js" is not committed',
    ],
    ['a broken package.json', { 'package.json': '{' }, 'not a JSON object'],
  ])('with %s is refused, with what to do instead', async (_, content, words) => {
    await repository.commit(content);
    await expect(resolve()).rejects.toMatchObject({
      code: 'RESOLVE_NO_PROGRAM',
      message: expect.stringContaining(words),
      hint: expect.any(String),
    });
  });

  it('needs no registry when it depends on nothing', async () => {
    await repository.commit({
      'package.json': JSON.stringify({ bin: 'tool.js' }),
      'tool.js': 'console.log("alone")',
    });
    const resolution = await resolve();
    expect(resolution.tree).toBe(
      '{\n  "lockfileVersion": 3,\n  "packages": {\n    "": {\n      "dependencies": {},\n      "optionalDependencies": {}\n    }\n  },\n  "requires": true\n}\n',
    );
    expect((await install(resolution)).programs).toEqual({
      repository: { kind: 'node', file: 'node_modules/repository/tool.js' },
    });
    expect(registry.asked).toEqual([]);
  });

  it.each([
    'git+https://git.example/x.git',
    'file:../x',
    'https://example.com/x.tgz',
    'someone/x',
    'link:../x',
  ])('that wants something from %s is refused', async (from) => {
    await repository.commit({
      ...project,
      'package.json': manifest({ dependencies: { dep: '^1', odd: from } }),
    });
    await expect(resolve()).rejects.toMatchObject({ code: 'RESOLVE_SOURCE' });
  });

  it('is locked with optional packages, aliases and what these need', async () => {
    registry.publish({ name: 'deep', version: '3.0.0', files: { 'index.js': '' } });
    registry.publish({
      name: 'middle',
      version: '1.0.0',
      manifest: { dependencies: { deep: '^3' } },
      files: { 'index.js': '' },
    });
    const dependencies = { dep: '^1', other: 'npm:dep@^2', middle: '*' };
    const optionalDependencies = { gone: '^1' };
    await repository.commit({
      ...project,
      'package.json': manifest({ dependencies, optionalDependencies, devDependencies: { nothing: '*' } }),
    });
    const resolution = await resolve();
    const { packages } = JSON.parse(resolution.tree as string);
    expect(packages['']).toEqual({
      dependencies: { dep: '1.0.0', middle: '1.0.0', other: 'npm:dep@2.0.0' },
      optionalDependencies: {},
    });
    expect(Object.keys(packages)).toEqual([
      '',
      'node_modules/deep',
      'node_modules/dep',
      'node_modules/middle',
      'node_modules/other',
    ]);
    expect(resolution.findings).toMatchObject([{ code: 'RESOLVE_OPTIONAL' }]);
    const { folder } = await install(resolution);
    expect((await readdir(join(folder, 'node_modules'))).sort()).toEqual([
      '@team',
      'deep',
      'dep',
      'middle',
      'other',
    ]);
  });

  it('is not installed with another tarball than was locked, nor from an edited tree', async () => {
    await repository.commit(project);
    const resolution = await resolve();
    const { packTarball } = await import('../support/npm-registry-tarball.ts');
    registry.replaceTarball(
      'dep',
      '1.0.0',
      packTarball({ 'package.json': '{"name":"dep","version":"1.0.0"}', 'index.js': 'evil()' }),
    );
    await expect(install(resolution)).rejects.toMatchObject({ code: 'RESOLVE_INTEGRITY' });
    await expect(install({ ...resolution, tree: `${resolution.tree}\n` }, 'edited')).rejects.toMatchObject({
      code: 'RESOLVE_INTEGRITY',
    });
    const loose = (resolution.tree as string).replace('"dep": "1.0.0"', '"dep": "*"');
    await expect(
      install({ pin: { ...resolution.pin, tree: treeDigest(loose) }, tree: loose }, 'loose'),
    ).rejects.toMatchObject({ code: 'RESOLVE_TREE' });
    expect(await check({ ...resolution, tree: null })).toMatchObject([{ code: 'RESOLVE_TREE' }]);
  });

  it('waits for a commit to age, when there is a locked one to wait with', async () => {
    const old = await repository.commit(project, { at: 1_700_000_000 });
    const first = await resolve('main');
    await repository.commit({ ...project, 'README.md': 'new' }, { at: Math.floor(Date.now() / 1000) });
    const update = { current: first.pin, currentTree: first.tree, isUpdate: true };
    const waited = await resolve('main', { ...update, cooldownMs: 86_400_000 });
    expect(waited.pin.package).toContain(old);
    expect(waited.findings).toMatchObject([{ code: 'RESOLVE_COOLDOWN' }]);
    expect((await resolve('main', update)).pin.package).not.toContain(old);
  });

  it('says where its branch is and what its newest release is', async () => {
    const one = await repository.commit(project, { at: 1_700_000_000 });
    await repository.git('tag', 'v1.0.0');
    const locked = await resolve('main');
    const two = await repository.commit({ ...project, 'README.md': 'x' }, { at: 1_700_086_400 });
    for (const tag of ['v1.10.0', 'v2.0.0-rc.1', 'nightly']) await repository.git('tag', tag);
    await repository.push('--tags');
    expect(await resolver.releases(requestFor('main', { current: locked.pin }), ctx)).toEqual({
      current: { version: one.slice(0, 12), publishedAt: '2023-11-14T22:13:20.000Z' },
      wanted: { version: two.slice(0, 12), publishedAt: '2023-11-15T22:13:20.000Z' },
      latest: { version: 'v1.10.0', publishedAt: '2023-11-15T22:13:20.000Z' },
    });
    const tagged = await resolver.releases(requestFor('v1.0.0', { current: locked.pin }), ctx);
    expect(tagged).toMatchObject({
      current: { version: `v1.0.0 (${one.slice(0, 12)})` },
      wanted: null,
      latest: { version: 'v1.10.0' },
    });
  });

  it('is never read from a file by what a manifest says', async () => {
    await repository.commit(project);
    await expect(gitResolver.resolve(requestFor('main'), ctx)).rejects.toMatchObject({
      code: 'RESOLVE_NAME',
    });
    // Nor where the user's own Git would go: the transport is refused, whoever rewrites the address.
    await writeFile(
      join(home.folder, '.gitconfig'),
      `[url "file://${home.folder}/"]\n\tinsteadOf = https://git.example/\n`,
    );
    const runtime = { kind: 'package', ecosystem: 'git', name: 'https://git.example/origin.git' } as const;
    await expect(gitResolver.resolve({ ...requestFor(), runtime }, ctx)).rejects.toMatchObject({
      code: 'RESOLVE_INSECURE',
    });
  });
});
