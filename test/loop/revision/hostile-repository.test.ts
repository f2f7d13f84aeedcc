import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Revisions, readRevisions } from '../../../src/loop/revision/read-revisions.ts';
import { realContext } from '../../support/real-context.ts';
import { run } from '../../support/run.ts';
import { type Bed, revisionBed } from './bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await revisionBed();
});
afterEach(async () => bed.remove());

interface Reading {
  readonly from?: string;
  readonly to?: string | null;
  readonly files?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const read = ({
  from = 'HEAD',
  to = null,
  files = [],
  cwd = bed.root,
  env,
}: Reading = {}): Promise<Revisions> => readRevisions({ from, to, files, cwd }, realContext(bed.home, env));

const code = (name: string, message?: RegExp) =>
  expect.objectContaining({
    code: name,
    ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
  });

/** A program that leaves a file where it was run. */
async function trap(): Promise<{ readonly program: string; readonly isSprung: () => Promise<boolean> }> {
  const folder = join(bed.home.folder, 'trap');
  await mkdir(folder);
  const program = join(bed.home.folder, 'program');
  await writeFile(program, `#!/bin/sh\necho "$0 $*" > ${folder}/sprung.$$\n`);
  await chmod(program, 0o755);
  return { program, isSprung: async () => (await readdir(folder)).length > 0 };
}

const textOf = ({ base }: Revisions): string => String(base.manifests[0]?.bytes);

describe('what a commit holds', () => {
  it.each([
    ['the manifest', { 'mcp.yaml': { link: '/etc/hostname' } }, /"mcp\.yaml" is a link/],
    ['the lock', { 'mcp.yaml': 'x', 'mcp.lock.yaml': { link: 'mcp.yaml' } }, /"mcp\.lock\.yaml" is a link/],
    ['a folder above', { real: '', stacks: { link: 'real' } }, /"stacks" is a link/],
  ])('is not followed where %s is a link, in a commit and in the work tree', async (_, tree, message) => {
    const files = 'stacks' in tree ? ['stacks/mcp.yaml'] : [];
    const empty = await bed.commit();
    await bed.write(tree as Parameters<Bed['write']>[0]);
    await bed.commit();
    await expect(read({ files })).rejects.toEqual(code('REVISION_UNREADABLE', message));
    await expect(read({ files, from: empty })).rejects.toEqual(code('REVISION_UNREADABLE', message));
  });

  it('is not read from a submodule, in a commit and in the work tree', async () => {
    const sub = join(bed.root, 'sub');
    await bed.write({ 'sub/mcp.yaml': 'theirs' });
    const env = { ...bed.home.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    const inSub = (...args: string[]) =>
      run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: sub, env });
    await inSub('init', '-q');
    await inSub('add', '.');
    await inSub('commit', '-qm', 'theirs');
    const empty = await bed.git('commit-tree', '-m', 'empty', await bed.git('mktree'));
    await bed.commit();
    await expect(read({ files: ['sub/mcp.yaml'] })).rejects.toEqual(
      code('REVISION_UNREADABLE', /"sub" is a submodule/),
    );
    await expect(read({ from: empty, files: ['sub/mcp.yaml'] })).rejects.toEqual(
      code('REVISION_UNREADABLE', /"sub" is a submodule/),
    );
  });

  it('is not taken into memory when it is huge, and a folder or a pipe is no manifest', async () => {
    await bed.write({ 'mcp.yaml': 'x'.repeat(4 * 2 ** 20 + 1) });
    await bed.commit();
    await expect(read()).rejects.toEqual(code('REVISION_UNREADABLE', /4194305 bytes/));
    await bed.write({ 'mcp.yaml': 'x', 'folder/mcp.yaml/x': '' });
    await bed.commit();
    await expect(read({ files: ['folder/mcp.yaml'] })).rejects.toEqual(
      code('REVISION_UNREADABLE', /is a folder/),
    );
    await rm(join(bed.root, 'mcp.yaml'));
    await run('mkfifo', ['mcp.yaml'], { cwd: bed.root, env: bed.home.env });
    await expect(read()).rejects.toEqual(code('REVISION_UNREADABLE', /not a regular file/));
  });

  it('has names like patterns and options, which are names and nothing else', async () => {
    await bed.write({ '*.yaml': 'star', 'a.yaml': 'a', '-x.yaml': 'option', ':(top)b.yaml': 'magic' });
    await bed.commit();
    for (const [file, text] of [
      ['*.yaml', 'star'],
      ['./-x.yaml', 'option'],
      [':(top)b.yaml', 'magic'],
    ]) {
      expect(textOf(await read({ files: [file as string] }))).toBe(text);
    }
  });
});

describe('what is given as a revision or a file', () => {
  it.each(['-x', '--upload-pack=touch x', '--help', '', 'a\nHEAD', 'a\u0000b', 'x'.repeat(1001)])(
    'is refused before Git sees it when it is %j',
    async (from) => {
      await bed.commit();
      await expect(read({ from })).rejects.toEqual(code('REVISION_INVALID'));
      await expect(read({ to: from })).rejects.toEqual(code('REVISION_INVALID'));
    },
  );

  it.each([
    'nowhere',
    'HEAD:mcp.yaml',
    'HEAD^{tree}',
    '^HEAD',
    'HEAD..HEAD',
    '0'.repeat(40),
    '%(rest)',
    'HEAD --all',
  ])('is no commit when it is %j', async (from) => {
    await bed.write({ 'mcp.yaml': 'x' });
    await bed.commit();
    await expect(read({ from })).rejects.toEqual(code('REVISION_NOT_FOUND'));
  });

  it.each(['../outside.yaml', '/etc/passwd', '.git/config', 'a/../../x', '.GIT/config', '.'])(
    'is no file of the repository when it is %j',
    async (file) => {
      await bed.commit();
      await expect(read({ files: [file] })).rejects.toMatchObject({
        code: file === '.' ? expect.stringMatching(/^REVISION_/) : 'REVISION_INVALID',
      });
    },
  );

  it('needs a repository, and in a shallow one says how to get the commit', async () => {
    await expect(read({ cwd: bed.home.project })).rejects.toEqual(code('REVISION_NO_REPOSITORY'));
    await bed.write({ 'mcp.yaml': 'one' });
    const first = await bed.commit();
    await bed.write({ 'mcp.yaml': 'two' });
    await bed.commit();
    const clone = join(bed.home.folder, 'clone');
    await bed.git('clone', '-q', '--depth=1', `file://${bed.root}`, clone);
    await expect(read({ from: first, cwd: clone })).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      hint: expect.stringContaining('fetch-depth: 0'),
    });
    expect(textOf(await read({ cwd: clone }))).toBe('two');
  });
});

describe('what the repository is set up to run', () => {
  it('is not run: hooks, monitors, filters, aliases, pagers, and what the environment of the caller names', async () => {
    const { program, isSprung } = await trap();
    const hooks = join(bed.home.folder, 'hooks');
    await mkdir(hooks);
    await bed.write({ 'mcp.yaml': 'plain', '.gitattributes': '* filter=evil diff=evil' });
    await bed.commit();
    for (const name of [
      'post-index-change',
      'reference-transaction',
      'post-checkout',
      'fsmonitor-watchman',
    ]) {
      await writeFile(join(hooks, name), `#!/bin/sh\n${program}\n`);
      await chmod(join(hooks, name), 0o755);
    }
    const settings = {
      'core.fsmonitor': program,
      'core.hooksPath': hooks,
      'core.pager': program,
      'core.editor': program,
      'core.askPass': program,
      'core.sshCommand': program,
      'core.alternateRefsCommand': program,
      'core.attributesFile': join(bed.root, '.gitattributes'),
      'alias.cat-file': `!${program}`,
      'alias.ls-tree': `!${program}`,
      'filter.evil.smudge': program,
      'filter.evil.clean': program,
      'filter.evil.process': program,
      'diff.evil.textconv': program,
      'diff.external': program,
      'credential.helper': program,
      'uploadpack.packObjectsHook': program,
      'gpg.program': program,
      'log.showSignature': 'true',
    };
    for (const [name, value] of Object.entries(settings)) await bed.git('config', name, value);
    const env = {
      GIT_DIR: '/nowhere',
      GIT_EXTERNAL_DIFF: program,
      GIT_PAGER: program,
      GIT_SSH_COMMAND: program,
      GIT_EXEC_PATH: bed.home.folder,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: program,
    };
    expect(textOf(await read({ env }))).toBe('plain');
    expect(textOf(await read({ to: 'main', env }))).toBe('plain');
    expect(await isSprung()).toBe(false);
    // The trap works: whoever looks at the work tree runs into it.
    await bed.git('status').catch(() => undefined);
    expect(await isSprung()).toBe(true);
  });

  it('fetches nothing for a partial clone that lacks a file, whatever its remote is', async () => {
    const { program, isSprung } = await trap();
    await bed.write({ 'mcp.yaml': 'one' });
    const id = await bed.commit();
    await bed.git('config', 'core.repositoryformatversion', '1');
    for (const [name, value] of Object.entries({
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.url': `ext::${program}`,
      'remote.origin.uploadpack': program,
      'protocol.allow': 'always',
      'protocol.ext.allow': 'always',
    }))
      await bed.git('config', name, value);
    const blob = await bed.git('rev-parse', `${id}:mcp.yaml`);
    await rm(join(bed.root, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    await expect(read({ from: id, to: id })).rejects.toEqual(code('REVISION_UNREADABLE'));
    expect(await isSprung()).toBe(false);
    await bed.git('cat-file', '-p', blob).catch(() => undefined);
    expect(await isSprung()).toBe(true);
  });

  it('has no say in what a commit is: replacements and grafts are not taken', async () => {
    await bed.write({ 'mcp.yaml': 'true' });
    const real = await bed.commit();
    await bed.write({ 'mcp.yaml': 'replaced' });
    const fake = await bed.commit();
    await bed.git('replace', real, fake);
    const trueBlob = await bed.git('--no-replace-objects', 'rev-parse', `${real}:mcp.yaml`);
    await bed.git('replace', '-f', trueBlob, await bed.git('rev-parse', `${fake}:mcp.yaml`));
    await writeFile(join(bed.root, '.git/info/grafts'), `${real} ${fake}\n`);
    const { base, between } = await read({ from: real });
    expect([String(base.manifests[0]?.bytes), between.from]).toEqual(['true', real]);
  });

  it('reads objects that another repository lends, as they are addressed by their content', async () => {
    await bed.write({ 'mcp.yaml': 'lent' });
    await bed.commit();
    const clone = join(bed.home.folder, 'borrowing');
    await bed.git('clone', '-q', '--shared', bed.root, clone);
    expect(textOf(await read({ cwd: clone }))).toBe('lent');
  });

  it('reads from a linked work tree of a repository', async () => {
    await bed.write({ 'mcp.yaml': 'one' });
    await bed.commit();
    const linked = join(bed.home.folder, 'linked');
    await bed.git('worktree', 'add', '-q', '--detach', linked);
    expect(textOf(await read({ cwd: linked }))).toBe('one');
  });
});
