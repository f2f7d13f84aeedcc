import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTree } from '../../src/loop/source/commit-tree.ts';
import { openSource } from '../../src/loop/source/open-source.ts';
import type { Context } from '../../src/model/context.ts';
import { realContext } from '../support/real-context.ts';
import { run } from '../support/run.ts';
import { failsWith, type SourceBed, sourceBed, unheard } from './source-bed.ts';

describe('a source that somebody attacks', () => {
  let bed: SourceBed;
  let marker: string;
  beforeEach(async () => {
    bed = await sourceBed();
    marker = join(bed.home.folder, 'was-run');
  });
  afterEach(() => bed.remove());

  const lookIn = async (env: Record<string, string>, spec: string, allowLocal = false) => {
    const ctx: Context = realContext(bed.home, { GIT_CONFIG_NOSYSTEM: '1', ...env });
    const source = await openSource(spec, { cwd: '/', allowLocal }, ctx);
    return await source.look(null, unheard).finally(() => source.close());
  };
  /** As `git -c` in the environment of whoever starts us. */
  const settings = (...pairs: readonly (readonly [string, string])[]): Record<string, string> => ({
    GIT_CONFIG_COUNT: String(pairs.length),
    ...Object.fromEntries(
      pairs.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  });
  const notThere = (path: string) => expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  const onlyNetwork = { code: 'SOURCE_UNAVAILABLE', hint: 'only https and ssh are used' };

  it('is not led to files or programs by a rewritten address, wherever that is set', async () => {
    await bed.repository.commit({ 'mcp.yaml': 'x' });
    const spec = 'https://example.invalid/r.git';
    const allowed: [string, string] = ['protocol.allow', 'always'];
    for (const to of [bed.repository.url, bed.repository.bare, `ext::touch ${marker}`]) {
      const env = {
        ...settings([`url.${to}.insteadOf`, spec], allowed, ['protocol.ext.allow', 'always']),
        GIT_ALLOW_PROTOCOL: 'file:ext',
        GIT_PROTOCOL_FROM_USER: '1',
        GIT_CONFIG_PARAMETERS: `'protocol.ext.allow=always'`,
      };
      await expect(lookIn(env, spec)).rejects.toMatchObject(onlyNetwork);
    }
    const config = `[url "ext::touch ${marker}"]\n\tinsteadOf = ${spec}\n[protocol]\n\tallow = always\n`;
    await writeFile(join(bed.home.folder, '.gitconfig'), config);
    await expect(lookIn({}, spec, true)).rejects.toMatchObject(onlyNetwork);
    await notThere(marker);
  });

  it('is read as it is, whatever repository, objects or template the environment names', async () => {
    const evil = `#!/bin/sh\ntouch ${marker}\n`;
    const template = join(bed.home.folder, 'template');
    await mkdir(join(template, 'hooks'), { recursive: true });
    await writeFile(join(template, 'hooks/reference-transaction'), evil, { mode: 0o755 });
    await writeFile(join(bed.home.folder, 'evil.sh'), evil, { mode: 0o755 });
    const program = join(bed.home.folder, 'evil.sh');
    const id = await bed.repository.commit({
      'mcp.yaml': 'x',
      '.gitattributes': '* diff=evil filter=evil\n',
    });
    const nowhere = join(bed.home.folder, 'nowhere');
    const env = {
      ...settings(
        ['core.hooksPath', join(template, 'hooks')],
        ['core.fsmonitor', program],
        ['core.pager', program],
        ['uploadpack.packObjectsHook', program],
        ['filter.evil.smudge', program],
        ['diff.evil.textconv', program],
      ),
      ...{ GIT_DIR: nowhere, GIT_WORK_TREE: nowhere, GIT_INDEX_FILE: nowhere, GIT_COMMON_DIR: nowhere },
      ...{ GIT_OBJECT_DIRECTORY: nowhere, GIT_ALTERNATE_OBJECT_DIRECTORIES: nowhere },
      ...{ GIT_NAMESPACE: 'other', GIT_SHALLOW_FILE: nowhere, GIT_TEMPLATE_DIR: template },
      ...{ GIT_TRACE: join(bed.home.folder, 'trace'), GIT_TRACE2_EVENT: join(bed.home.folder, 'trace') },
      ...{ GIT_EXTERNAL_DIFF: program, GIT_PAGER: program, GIT_EDITOR: program },
    };
    expect((await lookIn(env, bed.repository.url, true)).commit).toBe(id);
    await notThere(join(bed.home.folder, 'trace'));
    await notThere(nowhere);
    await notThere(marker);
  });

  it('follows no submodule and no link of a real commit', async () => {
    const { repository } = bed;
    const id = await repository.commit({
      'mcp.yaml': 'x',
      'linked/mcp.yaml': { link: '../mcp.yaml' },
      out: { link: '/etc' },
    });
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${id},sub`);
    await repository.git('commit', '--quiet', '-m', 'a submodule');
    await repository.push('main');
    await expect(bed.look(':sub')).rejects.toMatchObject(
      failsWith('SOURCE_UNAVAILABLE', /a submodule at "sub"/),
    );
    await expect(bed.look(':linked')).rejects.toMatchObject(
      failsWith('SOURCE_UNAVAILABLE', /a link at "linked/),
    );
    await expect(bed.look(':out/hosts')).rejects.toMatchObject(
      failsWith('SOURCE_UNAVAILABLE', /a link at "out"/),
    );
    const source = await bed.open();
    const { files, manifestFiles } = await source.look(null, unheard);
    const root = join(manifestFiles[0] as string, '..');
    for (const path of ['sub', 'sub/mcp.yaml', 'out', 'out/hosts', 'linked/mcp.yaml']) {
      await expect(files.read(join(root, path))).rejects.toMatchObject({ code: 'ELOOP' });
    }
    await source.close();
  });

  it.each([
    ['..', 'tree'],
    ['.git', 'tree'],
    ['.GIT', 'tree'],
  ])('takes no commit with a folder called "%s"', async (name, kind) => {
    const { repository, home } = bed;
    await repository.commit({ 'mcp.yaml': 'x' });
    const tree = await repository.git('rev-parse', 'HEAD^{tree}');
    const work = join(home.folder, 'origin-work');
    const git = async (input: string, ...args: readonly string[]): Promise<string> => {
      const { stdout, stderr, exitCode } = await run('git', args, { cwd: work, env: { ...home.env }, input });
      if (exitCode !== 0) throw new Error(stderr);
      return stdout.trim();
    };
    const bad = await git(`040000 ${kind} ${tree}\t${name}\n`, 'mktree');
    const head = await repository.git('rev-parse', 'HEAD');
    const commit = await repository.git('commit-tree', bad, '-p', head, '-m', 'bad');
    await repository.push(`${commit}:refs/heads/main`);
    await writeFile(join(home.folder, '.gitconfig'), '[fetch]\n\tfsckObjects = false\n');
    await expect(bed.look()).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      hint: expect.stringContaining('not well-formed'),
    });
  });

  it('reads no mirror in a folder that others may write', async () => {
    await bed.repository.commit({ 'mcp.yaml': 'x' });
    await bed.look();
    const sources = join(bed.ctx.folders.cache, 'sources');
    const [name = ''] = await readdir(sources);
    await chmod(join(sources, name), 0o777);
    await expect(bed.look()).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE', /cannot be used/));
  });

  it('takes a signed tag that is moved back no more than a branch', async () => {
    const { signCommits } = await import('../support/sign-commits.ts');
    const key = await signCommits('ann', bed.repository, bed.home);
    await mkdir(bed.ctx.folders.config, { recursive: true });
    const policy = `apiVersion: mcpform/v1\nkind: Policy\ncommits: [{ ssh: ${key} }]\n`;
    await writeFile(join(bed.ctx.folders.config, 'policy.yaml'), policy);
    const tag = async (at: string): Promise<void> => {
      await bed.repository.git('tag', '--force', '--sign', '-m', 'x', 'v1', at);
      await bed.repository.push('v1');
    };
    const one = await bed.repository.commit({ 'mcp.yaml': 'one' });
    const two = await bed.repository.commit({ 'mcp.yaml': 'two' });
    await tag(two);
    expect((await bed.look('@v1', { verify: 'tag' }, one)).commit).toBe(two);
    await tag(one);
    const source = await bed.open('@v1', { verify: 'tag' });
    for (let look = 0; look < 2; look += 1) {
      await expect(source.look(two, unheard)).rejects.toMatchObject({ code: 'SOURCE_HISTORY_REWRITTEN' });
    }
    // The tag that vouched for it is kept with it.
    expect(await source.recall?.(two, unheard)).toMatchObject({ commit: two, signer: expect.any(String) });
    expect(await source.recall?.(one, unheard)).toMatchObject({ commit: one });
    await source.close();
  });
});

it('reads no commit with more files than anybody keeps beside a manifest', () => {
  const lines = Array.from({ length: 200_001 }, (_, index) => `100644 blob ${'a'.repeat(40)}\tf${index}`);
  expect(() => readTree(lines.join('\0'))).toThrow(
    expect.objectContaining({ code: 'SOURCE_UNAVAILABLE', message: expect.stringContaining('200000') }),
  );
});
