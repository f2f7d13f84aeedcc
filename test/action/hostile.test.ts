import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GitHubDouble } from '../support/github-double.ts';
import { doublePull } from '../support/github-double-state.ts';
import { dispatch, pullRequest, push } from './support/events.ts';
import { type Runner, startRunner } from './support/runner.ts';
import { manifest, TOOLS, toolsOnGitHub } from './support/tools-world.ts';

const EVIL = [
  '::set-output name=changes::false',
  '::stop-commands::x',
  '##[add-path]/tmp/evil',
  '\n::error file=x::evil',
  '\u001b[2J\u001b[31m',
  '\u202etxt.exe',
  '| a | b |\n|---|---|',
  '<img src=x onerror=alert(1)>',
  '<!-- mcpform:plan:other -->',
  '](https://evil.test) ![x](https://evil.test/x.png)',
  '```\n# title\n```',
  '@octo-org/everyone #1 GH-1',
  '$(touch /tmp/evil) `touch /tmp/evil` ; touch /tmp/evil',
  '%0A::warning::x',
];

/** What a pull request brings is what a stranger wrote. */
describe('a hostile pull request', { timeout: 90_000 }, () => {
  let runner: Runner;
  let gitHub: GitHubDouble;
  let base: string;

  beforeAll(async () => {
    runner = await startRunner();
    base = await runner.repository.commit({ 'mcp.yaml': manifest({ notes: { command: 'notes' } }) });
    gitHub = await toolsOnGitHub();
  }, 60_000);
  afterAll(async () => {
    await runner?.remove();
    await gitHub?.close();
  });

  async function branch(
    files: Parameters<Runner['repository']['commit']>[0],
    name = 'change',
  ): Promise<string> {
    await runner.repository.git('checkout', '--quiet', '--detach', base);
    const head = await runner.repository.commit(files, { branch: name });
    const ends = {
      base: { ref: 'main', sha: base, repo: TOOLS },
      head: { ref: name, sha: head, repo: TOOLS },
    };
    Object.assign(gitHub.world.repositories['octo-org/tools']?.pulls ?? {}, { 5: doublePull(5, ends) });
    await runner.checkout(head);
    return head;
  }

  /** What a step may leave on the disk: nothing but what the runner has files for. */
  async function around(): Promise<readonly string[]> {
    const names = await readdir(runner.home.folder, { recursive: true });
    return names
      .filter((name) => !/^(?:origin|work\/_temp|work\/tools\/tools\/\.git|\.cache)/.test(name))
      .sort();
  }

  it('commands nobody, and is text wherever it is shown', async () => {
    const servers = Object.fromEntries(
      EVIL.map((text, index) => [
        `s${index}`,
        { command: 'x', args: [text], env: { A: text }, description: text },
      ]),
    );
    const head = await branch({ 'mcp.yaml': manifest(servers) }, 'a&b;$(touch${IFS}evil)');
    const before = await around();
    const event = pullRequest(
      { base, head, branch: EVIL.join(' ') },
      { title: `${EVIL.join('\n')}\${{ secrets.TOKEN }}`, body: EVIL.join('\n') },
    );
    const acted = await runner.act({ event, gitHub, token: 'writes' });
    expect(acted.exitCode, acted.log).toBe(0);
    expect(acted.outputs['changes']).toBe('true');
    expect(
      acted.commands.filter((line) => !/^::(?:error|warning|notice|group|endgroup)\b/.test(line)),
    ).toEqual([]);
    expect(acted.commands.join('\n')).not.toContain('evil.test');
    const [comment] = gitHub.world.repositories['octo-org/tools']?.comments ?? [];
    for (const text of [comment?.body ?? '', acted.summary]) {
      expect(text).not.toMatch(/[\u001b\u202e]/);
      const prose = text
        .replace(/^(`{3,})[^`\n]*\n[\s\S]*?^\1$/gm, '')
        .replace(/`[^`\n]+`|<code>[^<]*<\/code>/g, '');
      expect(prose).not.toMatch(/evil|onerror|@octo-org|#1\b|secrets\./);
    }
    expect(await around()).toEqual(before);
  });

  it('is named where a name is not one', async () => {
    for (const name of ['../../etc', 'a'.repeat(10_000_000), 'x\n::error::y']) {
      const head = await branch({ 'mcp.yaml': manifest({ [name]: { command: 'x' } }) });
      const acted = await runner.act({ event: pullRequest({ base, head }), gitHub, token: 'writes' });
      expect(acted.exitCode).toBe(1);
      expect(acted.outputs['failure-reason']).toBe('invalid');
      expect(acted.commands.every((line) => line.startsWith('::error ') && line.length < 10_000)).toBe(true);
    }
  });

  it('cannot have a file read that is not its own', async () => {
    const secret = join(runner.home.folder, 'secret.yaml');
    await writeFile(secret, 'canary-5f1d: 1\n');
    const head = await branch({ 'mcp.yaml': { link: secret } });
    for (const compare of ['revisions', 'machine']) {
      const acted = await runner.act({
        event: pullRequest({ base, head }),
        with: { compare },
        gitHub,
        token: 'writes',
      });
      expect(acted.exitCode, acted.log).toBe(1);
      expect(acted.log + acted.summary + JSON.stringify(gitHub.world)).not.toContain('canary-5f1d');
    }
    await symlink(runner.home.folder, join(runner.workspace, 'out'));
    const out = await runner.act({
      event: pullRequest({ base, head }),
      with: { 'working-directory': 'out' },
    });
    expect(out.outputs['failure-reason']).toBe('invalid');
  });

  it('runs nothing that the repository could name', async () => {
    const mark = join(runner.home.folder, 'ran');
    const head = await branch({
      'mcp.yaml': manifest({ x: { command: `touch ${mark}` } }),
      '.gitattributes': '* filter=evil diff=evil\n',
      '.npmrc': 'node-options=--require ./evil.cjs\n',
      'evil.cjs': `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`,
    });
    const hooks = join(runner.workspace, '.git/hooks');
    await mkdir(hooks, { recursive: true });
    for (const hook of [
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'fsmonitor-watchman',
    ]) {
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    const acted = await runner.act({ event: pullRequest({ base, head }), gitHub, token: 'writes' });
    expect(acted.exitCode, acted.log).toBe(0);
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });

  it('approves nothing with a plan that it made itself', async () => {
    const head = await branch({
      'mcp.yaml': manifest({ notes: { command: 'notes' }, evil: { command: 'evil' } }),
      'plan.json': JSON.stringify({ approved: true }),
      'approval.mcpform': '{"formatVersion":"1.0"}',
    });
    const input = { command: 'apply', args: '--no-settle' };
    const env = { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: head };
    const pushed = await runner.act({
      event: push({ before: base, after: head }),
      with: input,
      gitHub,
      token: 'writes',
    });
    expect(pushed.outputs['failure-reason'], pushed.log).toBe('not-approved');
    const started = await runner.act({
      event: dispatch,
      with: { ...input, from: base },
      gitHub,
      token: 'writes',
      env,
    });
    expect(started.outputs['failure-reason'], started.log).toBe('not-approved');
    await expect(readFile(join(runner.home.folder, '.claude.json'))).rejects.toThrow('ENOENT');
  });
});
