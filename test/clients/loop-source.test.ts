import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Source } from '../../src/loop/model.ts';
import { openSource, type SourceOptions } from '../../src/loop/source/open-source.ts';
import type { Context } from '../../src/model/context.ts';
import type { Errand } from '../loop/look-elsewhere.ts';
import { makeCertificates } from '../support/certificates.ts';
import { type GitDaemon, gitDaemon, type Relay, relay, silentServer } from '../support/git-daemon.ts';
import { gitHttps } from '../support/git-https.ts';
import { type GitRepository, gitRepository } from '../support/git-repository.ts';
import { realContext } from '../support/real-context.ts';
import { HERE, requireSsh, startSsh } from '../support/ssh-server.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

const never = new AbortController().signal;
const root = resolve(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;

describe('a source on a host', () => {
  let home: Home;
  let repository: GitRepository;
  let daemon: GitDaemon;
  let ctx: Context;
  beforeEach(async () => {
    home = await throwawayHome();
    repository = await gitRepository(home);
    daemon = await gitDaemon(home);
    ctx = realContext(home, { GIT_CONFIG_NOSYSTEM: '1' });
  });
  afterEach(async () => {
    await daemon.stop();
    await home.remove();
  });
  const open = (spec: string, options: Partial<SourceOptions> = {}): Promise<Source> =>
    openSource(spec, { cwd: home.project, allowLocal: true, ...options }, ctx);
  const url = (port = daemon.port): string => `git://127.0.0.1:${port}/origin.git`;
  const placeOf = async (): Promise<string> => {
    const sources = join(ctx.folders.cache, 'sources');
    return join(sources, (await readdir(sources))[0] as string);
  };

  it('runs nothing that a repository carries, and reads names that look like options', async () => {
    const marker = join(home.folder, 'was-run');
    const evil = `#!/bin/sh\ntouch ${marker}\n`;
    await repository.git('config', 'filter.evil.smudge', 'true');
    const id = await repository.commit({
      'mcp.yaml': 'x',
      '-oProxyCommand=touch was-run': 'odd',
      '--upload-pack=touch was-run': 'odd',
      '.gitattributes': '* filter=evil diff=evil\n',
      '.gitmodules': `[submodule "a"]\n\tpath = a\n\turl = ${url()}\n`,
      '.lfsconfig': `[lfs]\n\turl = ${url()}\n`,
      'hooks/post-checkout': evil,
      'hooks/reference-transaction': evil,
      'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    });
    for (const name of ['post-update', 'reference-transaction', 'pre-receive', 'post-checkout']) {
      await mkdir(join(repository.bare, 'hooks'), { recursive: true });
      await writeFile(join(repository.bare, 'hooks', name), evil, { mode: 0o755 });
    }
    // The user's own configuration would run all of this for other repositories.
    const hooks = join(home.folder, 'hooks');
    await mkdir(hooks);
    for (const name of ['reference-transaction', 'post-checkout', 'post-merge', 'pre-auto-gc']) {
      await writeFile(join(hooks, name), evil, { mode: 0o755 });
    }
    const script = join(home.folder, 'evil.sh');
    await writeFile(script, evil, { mode: 0o755 });
    const template = join(home.folder, 'template');
    await mkdir(join(template, 'hooks'), { recursive: true });
    await writeFile(join(template, 'hooks/reference-transaction'), evil, { mode: 0o755 });
    await writeFile(
      join(home.folder, '.gitconfig'),
      `[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${script}\n[init]\n\ttemplateDir = ${template}\n[gpg]\n\tprogram = ${script}\n[filter "evil"]\n\tsmudge = ${script}\n[diff "evil"]\n\ttextconv = ${script}\n[fetch]\n\trecurseSubmodules = true\n[alias]\n\tfetch = !${script}\n`,
    );
    const source = await open(`${url()}@main`);
    const { commit, files, manifestFiles } = await source.look(null, never);
    expect(commit).toBe(id);
    const root = join(manifestFiles[0] as string, '..');
    expect((await files.read(join(root, '-oProxyCommand=touch was-run'))).toString()).toBe('odd');
    expect((await files.read(join(root, '--upload-pack=touch was-run'))).toString()).toBe('odd');
    expect((await files.read(join(root, 'big.bin'))).toString()).toMatch(/^version https/);
    await expect(readFile(marker)).rejects.toMatchObject({ code: 'ENOENT' });
    await source.close();
    expect(await readdir(join(await placeOf(), 'tree'))).toEqual([]);
  });

  it('reads a commit of 10,000 files with one of 100 MB beside the manifest', async () => {
    const files: Record<string, string> = { 'mcp.yaml': 'x' };
    for (let index = 0; index < 10_000; index += 1) files[`d${index % 100}/f${index}`] = `${index}`;
    await repository.commit(files);
    const work = join(home.folder, 'origin-work');
    await writeFile(join(work, 'big'), randomBytes(100 * 2 ** 20));
    await repository.git('-c', 'core.bigFileThreshold=1m', 'add', 'big');
    await repository.git('commit', '-q', '-m', 'big');
    await repository.push('main');
    const source = await open(url());
    const before = process.memoryUsage();
    const revision = await source.look(null, never);
    const after = process.memoryUsage();
    expect(after.rss + after.external - before.rss - before.external).toBeLessThan(90 * 2 ** 20);
    const root = join(revision.manifestFiles[0] as string, '..');
    expect(await revision.files.list(root)).toHaveLength(103);
    expect((await revision.files.read(join(root, 'd42/f9942'))).toString()).toBe('9942');
    expect((await revision.files.stat(join(root, 'big'))).size).toBe(100 * 2 ** 20);
    await expect(revision.files.read(join(root, 'big'))).rejects.toMatchObject({ code: 'EFBIG' });
    await source.close();
    const small = await open(url(), { limits: { maxBytes: 2 ** 20 }, minCommitAgeMs: 1 });
    await expect(small.look(null, never)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('larger than'),
    });
    await small.close();
  });

  it('refuses a manifest that is too large to be one', async () => {
    await repository.commit({ 'mcp.yaml': 'x'.repeat(17 * 2 ** 20) });
    const source = await open(url());
    await expect(source.look(null, never)).rejects.toMatchObject({
      message: expect.stringContaining('16 MiB'),
    });
    await source.close();
  });

  describe('behind a connection that fails', () => {
    let way: Relay;
    beforeEach(async () => {
      way = await relay(daemon.port);
    });
    afterEach(() => way.stop());

    it('gets what it should when it was cut off half way', async () => {
      const id = await repository.commit({ 'mcp.yaml': 'x', big: randomBytes(3_000_000).toString('hex') });
      const source = await open(url(way.port));
      for (const bytes of [10, 600, 5_000, 400_000]) {
        way.cutAfter(bytes);
        await expect(source.look(null, never)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      }
      way.cutAfter(null);
      expect((await source.look(null, never)).commit).toBe(id);
      const next = await repository.commit({ 'mcp.yaml': 'y', big: randomBytes(3_000_000).toString('hex') });
      way.cutAfter(400_000);
      await expect(source.look(id, never)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      way.cutAfter(null);
      const revision = await source.look(id, never);
      expect(revision.commit).toBe(next);
      expect((await revision.files.read(revision.manifestFiles[0] as string)).toString()).toBe('y');
      await source.close();
    });

    it('is left at an abort in the middle of a fetch, with nobody left behind', async () => {
      const id = await repository.commit({ 'mcp.yaml': 'x', big: randomBytes(3_000_000).toString('hex') });
      const source = await open(url(way.port));
      const stop = new AbortController();
      way.holdAfter(400_000, () => stop.abort(new Error('stop')));
      await expect(source.look(null, stop.signal)).rejects.toThrow('stop');
      await vi.waitFor(() => expect(way.open()).toBe(0), { timeout: 5_000 });
      way.cutAfter(null);
      expect((await source.look(null, never)).commit).toBe(id);
      await source.close();
      expect((await readdir(await placeOf())).sort()).toEqual(['home', 'newest.git', 'tree']);
    });
  });

  it('gives up on a host that is silent, and on one that is not there', async () => {
    const silent = await silentServer();
    const source = await open(url(silent.port), { limits: { stallMs: 300 } });
    await expect(source.look(null, never)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('silent'),
    });
    await silent.stop();
    await expect(source.look(null, never)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await source.close();
    const https = await open(`https://127.0.0.1:${silent.port}/r.git`);
    await expect(https.look(null, never)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await https.close();
  });

  it('ends all that Git started, at an abort', async () => {
    const pidFile = join(home.folder, 'pid');
    const hang = join(home.folder, 'hang.sh');
    await writeFile(hang, `#!/bin/sh\necho $$ > ${pidFile}\nexec sleep 600 </dev/null\n`);
    await chmod(hang, 0o755);
    ctx = realContext(home, { GIT_CONFIG_NOSYSTEM: '1', GIT_SSH_COMMAND: hang, GIT_SSH_VARIANT: 'ssh' });
    const source = await open('ssh://git@host/r.git');
    const stop = new AbortController();
    const looking = source.look(null, stop.signal);
    const pid = await vi.waitFor(async () => Number.parseInt(await readFile(pidFile, 'utf8'), 10), {
      timeout: 5_000,
    });
    stop.abort(new Error('stop'));
    await expect(looking).rejects.toThrow('stop');
    await vi.waitFor(async () => expect((await ctx.system.processes.inspect(pid)).isAlive).toBe(false));
    await source.close();
  });

  it('holds addresses that the user has rewritten to what is allowed', async () => {
    await repository.commit({ 'mcp.yaml': 'x' });
    const rewrite = `[url "${url()}"]\n\tinsteadOf = https://example.invalid/r.git\n`;
    await writeFile(join(home.folder, '.gitconfig'), rewrite);
    const rewritten = await open('https://example.invalid/r.git');
    expect((await rewritten.look(null, never)).label).toMatch(/^main@sha1:/);
    const strict = await open('https://example.invalid/r.git', { allowLocal: false });
    await expect(strict.look(null, never)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      hint: 'only https and ssh are used',
    });
    for (const source of [rewritten, strict]) await source.close();
  });

  it('is read over https with the credential helper of the user, and never asks', async () => {
    const folder = join(home.folder, 'tls');
    await mkdir(folder);
    const certificates = await makeCertificates(folder);
    const server = await gitHttps(home, certificates, 'ann:hunter2');
    const asked = join(home.folder, 'asked');
    const ask = join(home.folder, 'ask.sh');
    await writeFile(ask, `#!/bin/sh\ntouch ${asked}\n`, { mode: 0o755 });
    const helper = async (password: string | null): Promise<void> => {
      const script = `!f() { echo username=ann; echo password=${password}; }; f`;
      const text = password === null ? '' : `[credential]\n\thelper = "${script}"\n`;
      await writeFile(join(home.folder, '.gitconfig'), text);
    };
    try {
      ctx = realContext(home, {
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_SSL_CAINFO: certificates.files.authority,
        EDITOR: ask,
      });
      const id = await repository.commit({ 'mcp.yaml': 'x' });
      const address = `https://127.0.0.1:${server.port}/origin.git`;
      const source = await open(address, { allowLocal: false });
      await helper('hunter2');
      expect((await source.look(null, never)).commit).toBe(id);
      const next = await repository.commit({ 'mcp.yaml': 'y' });
      expect((await source.look(id, never)).commit).toBe(next);
      for (const name of await readdir(await placeOf(), { recursive: true })) {
        const text = await readFile(join(await placeOf(), name), 'latin1').catch(() => '');
        expect([name, text.includes('hunter2')]).toEqual([name, false]);
      }
      for (const wrong of ['other', null]) {
        await helper(wrong);
        await expect(source.look(next, never)).rejects.toMatchObject({
          code: 'SOURCE_UNAVAILABLE',
          message: expect.not.stringMatching(/hunter2|other/),
          hint: expect.stringContaining('without a question'),
        });
      }
      await helper('hunter2');
      for (const to of [`file://${home.folder}`, `git://127.0.0.1:${daemon.port}`, 'http://127.0.0.1:1']) {
        server.redirect(to);
        await expect(source.look(next, never)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
      }
      server.redirect(null);
      ctx = realContext(home, { GIT_CONFIG_NOSYSTEM: '1' });
      const distrusting = await open(address, { allowLocal: false });
      await expect(distrusting.look(null, never)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('certificate'),
      });
      await expect(readFile(asked)).rejects.toMatchObject({ code: 'ENOENT' });
      for (const each of [source, distrusting]) await each.close();
    } finally {
      await server.stop();
    }
  });

  const elsewhere = (errand: Errand) => {
    const script = `
      const { loadTypeScript } = await import(${JSON.stringify(join(root, 'scripts/load-typescript.mjs'))});
      const { lookElsewhere } = await loadTypeScript('test/loop/look-elsewhere.ts');
      await lookElsewhere(JSON.parse(process.argv[1]));`;
    const args = ['--input-type=module', '-e', script, JSON.stringify(errand)];
    return spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };

  it('is looked at by two processes at once, which never see a mixture', async () => {
    const texts = new Map<string, string>();
    for (const branch of ['a', 'b'])
      texts.set(await repository.commit({ 'mcp.yaml': branch }, { branch }), branch);
    const children = ['a', 'b'].map((branch) => elsewhere({ home, spec: `${url()}@${branch}`, times: 10 }));
    const outputs = children.map(async ({ stdout }) => {
      let text = '';
      for await (const chunk of stdout) text += String(chunk);
      return text.trim().split('\n');
    });
    const moving = (async () => {
      for (let index = 0; index < 8; index += 1) {
        for (const branch of ['a', 'b']) {
          const text = `${branch}${index}`;
          texts.set(await repository.commit({ 'mcp.yaml': text }, { branch }), text);
        }
      }
    })();
    const lines = await Promise.all(outputs);
    await moving;
    expect(lines.map((each) => each.length)).toEqual([10, 10]);
    for (const line of lines.flat()) {
      const { commit, text } = JSON.parse(line) as { commit: string; text: string };
      expect(texts.get(commit)).toBe(text);
    }
  });

  it('goes on after a process that was killed in the middle of a fetch', async () => {
    const way = await relay(daemon.port);
    try {
      const id = await repository.commit({ 'mcp.yaml': 'x', big: randomBytes(3_000_000).toString('hex') });
      const held = new Promise<void>((done) => way.holdAfter(400_000, done));
      const child = elsewhere({ home, spec: url(way.port), times: 1 });
      await Promise.race([held, once(child, 'exit')]);
      expect((await readdir(await placeOf())).filter((name) => /^new\.|^lock$/.test(name))).toHaveLength(2);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      way.cutAfter(null);
      const source = await open(url(way.port));
      expect((await source.look(null, never)).commit).toBe(id);
      expect((await readdir(await placeOf())).sort()).toEqual(['home', 'newest.git', 'tree']);
      await source.close();
    } finally {
      await way.stop();
    }
  });

  it('is read over ssh with the key of the user, and says what is wrong with a host', async (test) => {
    if (!requireSsh() || !isRoot) return test.skip();
    const server = await startSsh(HERE, home);
    try {
      ctx = realContext(home, { ...server.env, GIT_CONFIG_NOSYSTEM: '1' });
      const id = await repository.commit({ 'stacks/mcp.yaml': 'x' });
      const address = `ssh://root@127.0.0.1:${server.port}${repository.bare}`;
      const source = await open(`${address}@main:stacks`, { allowLocal: false });
      expect(await source.look(null, never)).toMatchObject({ commit: id, label: `main@sha1:${id}` });
      const next = await repository.commit({ 'stacks/mcp.yaml': 'y' });
      expect((await source.look(id, never)).commit).toBe(next);
      const gone = await open(`ssh://root@127.0.0.1:${server.port}/nowhere.git`);
      await expect(gone.look(null, never)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('does not appear to be a git repository'),
      });
      await writeFile(join(home.folder, 'ssh/known_hosts'), '');
      await expect(source.look(next, never)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('Host key verification failed'),
      });
      await writeFile(join(home.folder, 'ssh/known_hosts'), server.knownHosts);
      await writeFile(join(home.folder, 'ssh/user.pub'), '');
      await expect(source.look(next, never)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('Permission denied'),
      });
      await source.close();
    } finally {
      await server.stop();
    }
  });
});
