import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load } from '../../src/engine/load.ts';
import type { Revision } from '../../src/loop/model.ts';
import { failsWith, type SourceBed, sourceBed, unheard } from './source-bed.ts';

const stack = 'apiVersion: mcpform/v1\nkind: Stack\n';

/** Real Git over `file://`, which nothing but a flag allows. */
describe('a repository as the source of a stack', () => {
  let bed: SourceBed;
  beforeEach(async () => {
    bed = await sourceBed();
  });
  afterEach(() => bed.remove());

  it('gives manifest, lock and what the lock keeps, of one commit, from no work tree', async () => {
    const id = await bed.repository.commit(
      { 'mcp.yaml': stack, 'mcp.lock.yaml': 'lock', 'mcp.lock.d/a.npm.json': '{}', 'other/x': 'x' },
      { at: 1_700_000_100 },
    );
    const revision = await bed.look();
    expect(revision).toMatchObject({
      commit: id,
      label: `main@sha1:${id}`,
      committedMs: 1_700_000_100_000,
      signer: null,
    });
    expect(await bed.read(revision, 'mcp.yaml')).toBe(stack);
    expect(await bed.read(revision, 'mcp.lock.yaml')).toBe('lock');
    expect(await bed.read(revision, 'mcp.lock.d/a.npm.json')).toBe('{}');
    expect(await bed.read(revision, 'other/x').catch((error) => error.message)).toMatch(/closed|abort/);
    const [folder] = await readdir(join(bed.ctx.folders.cache, 'sources'));
    const place = join(bed.ctx.folders.cache, 'sources', folder as string);
    expect(await readdir(join(place, 'tree'))).toEqual([]);
    expect((await stat(place)).mode & 0o777).toBe(0o700);
    expect((await readdir(place)).sort()).toEqual(['home', 'newest.git', 'tree']);
  });

  it('is what the engine loads, with the facts of that commit', async () => {
    const id = await bed.repository.commit({ 'stacks/a/mcp.yaml': stack, 'stacks/a/mcp.lock.yaml': 'lock' });
    // A home that is itself in a repository, as that of people who keep their dot files in one.
    await mkdir(join(bed.home.folder, '.git'));
    await writeFile(join(bed.home.folder, '.git/HEAD'), `${'0'.repeat(40)}\n`);
    const { files, manifestFiles } = await bed.look('@main:stacks/a');
    const ctx = { ...bed.ctx, system: { ...bed.ctx.system, files } };
    const loaded = await load({ files: manifestFiles, cwd: bed.home.project, variables: {} }, ctx);
    expect(Buffer.from(loaded.sources[0]?.bytes ?? '').toString()).toBe(stack);
    expect(Buffer.from(loaded.lockBytes ?? '').toString()).toBe('lock');
    expect(loaded.git).toMatchObject({ revision: id, root: loaded.root });
    expect(loaded.source.files).toEqual(['stacks/a/mcp.yaml']);
    expect(loaded.source.remote).toBe(bed.repository.bare.replace(/\.git$/, ''));
  });

  it('has the same root whatever the commit, and reads only that commit', async () => {
    const source = await bed.open();
    await bed.repository.commit({ 'mcp.yaml': 'one', 'a.txt': 'one' });
    const first = await source.look(null, unheard);
    await bed.repository.commit({ 'mcp.yaml': 'two', 'a.txt': 'two', 'b.txt': 'two' });
    const second = await source.look(first.commit, unheard);
    expect(second.manifestFiles).toEqual(first.manifestFiles);
    const all = async (revision: Revision) => [
      await bed.read(revision, 'mcp.yaml'),
      await bed.read(revision, 'a.txt'),
      await bed.read(revision, 'b.txt').catch(({ code }) => code),
    ];
    expect([await all(first), await all(second)]).toEqual([
      ['one', 'one', 'ENOENT'],
      ['two', 'two', 'two'],
    ]);
    await source.close();
  });

  it('gives the very same revision when there is nothing new, also to another process', async () => {
    const id = await bed.repository.commit({ 'mcp.yaml': stack });
    const source = await bed.open();
    const first = await source.look(id, unheard);
    expect(await source.look(id, unheard)).toBe(first);
    expect((await bed.look()).commit).toBe(id);
    await source.close();
  });

  it('is a branch, a tag or a commit by name, and never two of them', async () => {
    const first = await bed.repository.commit({ 'mcp.yaml': 'one' });
    await bed.repository.git('tag', 'v1');
    await bed.repository.git('tag', '-a', '-m', 'x', 'v2');
    await bed.repository.git('branch', 'größe/ü@2');
    await bed.repository.push('v1', 'v2', 'größe/ü@2');
    const second = await bed.repository.commit({ 'mcp.yaml': 'two' });
    for (const ref of ['v1', 'v2', 'größe/ü@2', 'refs/tags/v2', first]) {
      expect((await bed.look(`@${ref}`)).commit).toBe(first);
    }
    expect((await bed.look('@main')).commit).toBe(second);
    await bed.repository.git('push', 'origin', `${first}:refs/tags/main`);
    await expect(bed.look('@main')).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE', /both/));
    expect((await bed.look('@refs/heads/main')).commit).toBe(second);
    await expect(bed.look('@gone')).rejects.toMatchObject(
      failsWith('SOURCE_UNAVAILABLE', /no branch or tag "gone"/),
    );
    await expect(bed.look(`@${'1'.repeat(40)}`)).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE'));
  });

  it('survives a force push, a deleted branch, another default branch and a repository that is away', async () => {
    const source = await bed.open();
    const { repository } = bed;
    await repository.commit({ 'mcp.yaml': 'one' });
    const base = await repository.git('rev-parse', 'HEAD');
    const two = await repository.commit({ 'mcp.yaml': 'two' });
    expect((await source.look(null, unheard)).commit).toBe(two);
    await repository.git('reset', '--hard', '-q', base);
    const three = await repository.commit({ 'mcp.yaml': 'three' });
    expect((await source.look(two, unheard)).commit).toBe(three);

    await repository.git('push', '-q', 'origin', '+HEAD:refs/heads/trunk');
    await repository.git('--git-dir', repository.bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
    await repository.git('push', '-q', 'origin', ':main');
    expect((await source.look(three, unheard)).label).toBe(`trunk@sha1:${three}`);
    await repository.git('--git-dir', repository.bare, 'update-ref', '-d', 'refs/heads/trunk');
    await expect(source.look(three, unheard)).rejects.toMatchObject(
      failsWith('SOURCE_UNAVAILABLE', /not there|no commit/),
    );

    await rm(repository.bare, { recursive: true });
    await expect(source.look(three, unheard)).rejects.toMatchObject(
      failsWith('SOURCE_UNAVAILABLE', /does not/),
    );
    await repository.git('init', '-q', '--bare', '--initial-branch=main', repository.bare);
    await expect(source.look(three, unheard)).rejects.toMatchObject(failsWith('SOURCE_UNAVAILABLE'));
    await repository.push('HEAD:refs/heads/main');
    expect((await source.look(three, unheard)).commit).toBe(three);
    await source.close();
  });

  it('follows a tag that is moved', async () => {
    const source = await bed.open('@v1');
    const first = await bed.repository.commit({ 'mcp.yaml': 'one' });
    await bed.repository.git('tag', 'v1');
    await bed.repository.push('v1');
    expect((await source.look(null, unheard)).commit).toBe(first);
    const second = await bed.repository.commit({ 'mcp.yaml': 'two' });
    await bed.repository.git('tag', '-f', 'v1');
    await bed.repository.push('v1');
    expect((await source.look(first, unheard)).commit).toBe(second);
    await source.close();
  });

  it('reads repositories with other hashes, and such without their whole history', async () => {
    const { repository, home } = bed;
    await repository.commit({ 'mcp.yaml': 'one' });
    const last = await repository.commit({ 'mcp.yaml': 'two' });
    const shallow = join(home.folder, 'shallow.git');
    await repository.git('clone', '-q', '--bare', '--depth=1', repository.url, shallow);
    const { openSource } = await import('../../src/loop/source/open-source.ts');
    const open = (path: string) => openSource(`file://${path}`, { cwd: '/', allowLocal: true }, bed.ctx);
    expect((await (await open(shallow)).look(null, unheard)).commit).toBe(last);
    const whole = await openSource(
      `file://${shallow}`,
      { cwd: '/', allowLocal: true, minCommitAgeMs: 1_000 },
      bed.ctx,
    );
    expect((await whole.look(null, unheard)).commit).toBe(last);

    const modern = join(home.folder, 'modern.git');
    const work = join(home.folder, 'modern-work');
    await repository.git('init', '-q', '--bare', '--object-format=sha256', '--initial-branch=main', modern);
    await repository.git('init', '-q', '--object-format=sha256', '--initial-branch=main', work);
    await writeFile(join(work, 'mcp.yaml'), stack);
    await repository.git('-C', work, 'add', '.');
    await repository.git('-C', work, 'commit', '-q', '-m', 'x');
    await repository.git('-C', work, 'push', '-q', modern, 'main');
    const revision = await (await open(modern)).look(null, unheard);
    expect(revision.commit).toMatch(/^[0-9a-f]{64}$/);
    expect(revision.label).toBe(`main@sha256:${revision.commit}`);
    expect((await revision.files.read(revision.manifestFiles[0] as string)).toString()).toBe(stack);
  });

  it('refuses what is too old, and waits for what is too new', async () => {
    const nowS = Math.floor(Date.now() / 1_000);
    const old = await bed.repository.commit({ 'mcp.yaml': 'one' }, { at: nowS - 7_200 });
    const fresh = await bed.repository.commit({ 'mcp.yaml': 'two' }, { at: nowS - 60 });
    expect((await bed.look('', { minCommitAgeMs: 3_600_000 })).commit).toBe(old);
    expect((await bed.look('', { minCommitAgeMs: 3_600_000 }, fresh)).commit).toBe(fresh);
    await expect(bed.look('', { minCommitAgeMs: 9_000_000 })).rejects.toMatchObject(
      failsWith('SOURCE_TOO_NEW'),
    );
    await expect(bed.look('', { maxAgeMs: 30_000 })).rejects.toMatchObject(failsWith('SOURCE_TOO_OLD'));
    await bed.repository.commit({ 'mcp.yaml': 'three' }, { at: nowS + 7_200 });
    await expect(bed.look('', { maxAgeMs: 30_000 })).rejects.toMatchObject(
      failsWith('SOURCE_TOO_NEW', /future/),
    );
  });

  it('ends at an abort and after close', async () => {
    await bed.repository.commit({ 'mcp.yaml': stack });
    const source = await bed.open();
    await expect(source.look(null, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    await source.close();
    await expect(source.look(null, unheard)).rejects.toThrow('closed');
  });
});
