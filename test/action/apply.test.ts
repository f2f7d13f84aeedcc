import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitHubDouble } from '../support/github-double.ts';
import { doublePull } from '../support/github-double-state.ts';
import { dispatch, type Given, pullRequest, push } from './support/events.ts';
import { type Acted, type Runner, startRunner } from './support/runner.ts';
import { manifest, TOOLS, toolsOnGitHub } from './support/tools-world.ts';

const notes = { notes: { command: 'notes' } };
const search = { search: { command: 'search' } };
const approvedBy = (login: string, commit: string, more: object = {}) => ({
  user: { login },
  author_association: 'MEMBER',
  state: 'APPROVED',
  commit_id: commit,
  submitted_at: '2026-01-01T00:00:00Z',
  ...more,
});

/** A machine that applied `base`; a pull request that declares one more server, and is merged. */
describe('what was merged', { timeout: 90_000 }, () => {
  let runner: Runner;
  let gitHub: GitHubDouble;
  let base: string;
  let head: string;

  beforeEach(async () => {
    runner = await startRunner();
    base = await runner.repository.commit({ 'mcp.yaml': manifest(notes) });
    head = await runner.repository.commit(
      { 'mcp.yaml': manifest({ ...notes, ...search }) },
      { branch: 'change' },
    );
    await runner.repository.git('checkout', '--quiet', '-B', 'main', base);
    gitHub = await toolsOnGitHub();
  }, 60_000);
  afterEach(async () => {
    await runner?.remove();
    await gitHub?.close();
  });

  /** Merges the branch as somebody does on GitHub, in one of its three ways, or in a way of his own. */
  async function merge(
    how: 'merge' | 'squash' | 'rebase' | ((onto: string) => Promise<void>),
  ): Promise<string> {
    const { git } = runner.repository;
    await git('checkout', '--quiet', 'main');
    if (how === 'merge') await git('merge', '--quiet', '--no-ff', '-m', 'Merge', head);
    else if (how === 'squash') {
      await git('merge', '--quiet', '--squash', head);
      await git('commit', '--quiet', '-m', 'Squashed');
    } else if (how === 'rebase') await git('cherry-pick', '--allow-empty', '-x', head);
    else await how(base);
    await runner.repository.push('main');
    return await git('rev-parse', 'HEAD');
  }

  /** Tells GitHub that a commit came with pull request 5. */
  function merged(commit: string, reviews: readonly object[], of = head): void {
    const tools = gitHub.world.repositories['octo-org/tools'];
    if (tools === undefined) throw new Error('no repository');
    Object.assign(tools.commits, { [commit]: [5] });
    Object.assign(tools.reviews, { 5: reviews });
    Object.assign(tools.pulls, {
      5: doublePull(5, {
        state: 'closed',
        merged_at: '2026-01-02T00:00:00Z',
        merge_commit_sha: commit,
        base: { ref: 'main', sha: base, repo: TOOLS },
        head: { ref: 'change', sha: of, repo: TOOLS },
      }),
    });
  }

  async function applied(
    event: Given,
    commit: string,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<Acted> {
    await runner.checkout(commit);
    return await runner.act({
      event,
      with: { command: 'apply', args: '--no-settle', ...inputs },
      gitHub,
      token: 'writes',
    });
  }

  async function servers(): Promise<readonly string[]> {
    const text = await readFile(join(runner.home.folder, '.claude.json'), 'utf8').catch(() => '{}');
    return Object.keys(JSON.parse(text).mcpServers ?? {});
  }

  it.each(['merge', 'squash', 'rebase'] as const)(
    'is applied when its head was approved (%s)',
    async (how) => {
      const commit = await merge(how);
      merged(commit, [approvedBy('bea', head)]);
      const acted = await applied(push({ before: base, after: commit }), commit);
      expect(acted.exitCode, acted.log).toBe(0);
      expect(await servers()).toEqual(['notes', 'search']);
    },
  );

  it.each([
    ['nobody approved it', () => []],
    ['an older head was', () => [approvedBy('bea', base)]],
  ])('is not applied when %s', async (_, reviews) => {
    const commit = await merge('merge');
    merged(commit, reviews());
    const acted = await applied(push({ before: base, after: commit }), commit);
    expect(acted.exitCode, acted.log).toBe(1);
    expect(acted.outputs['failure-reason']).toBe('not-approved');
    expect(await servers()).toEqual([]);
  });

  it('is not applied when more came with the merge than was approved', async () => {
    const commit = await merge(async () => {
      const more = { ...notes, search: { command: 'search', args: ['--all-files'] } };
      await runner.repository.commit({ 'mcp.yaml': manifest(more) });
    });
    merged(commit, [approvedBy('bea', head)]);
    const acted = await applied(push({ before: base, after: commit }), commit);
    expect(acted.outputs['failure-reason'], acted.log).toBe('not-approved');
    expect(acted.log).toContain('claude-code/user/search');
    expect(await servers()).toEqual([]);
  });

  it('is applied when less is left of it', async () => {
    const commit = await merge(async () => {
      await runner.repository.commit({ 'mcp.yaml': manifest(notes), 'README.md': 'x' });
    });
    merged(commit, [approvedBy('bea', head)]);
    const acted = await applied(push({ before: base, after: commit }), commit);
    expect(acted.exitCode, acted.log).toBe(0);
    expect(await servers()).toEqual(['notes']);
  });

  it('is not let in by the next push when it was refused', async () => {
    const first = await applied(push({ before: base, after: base }), base, { from: base });
    expect(first.exitCode, first.log).toBe(0);
    const pushed = await merge(async () => {
      await runner.repository.commit({ 'mcp.yaml': manifest({ ...notes, evil: { command: 'evil' } }) });
    });
    const refused = await applied(push({ before: base, after: pushed }), pushed);
    expect(refused.outputs['failure-reason'], refused.log).toBe('not-approved');
    const files = { 'mcp.yaml': manifest({ ...notes, evil: { command: 'evil' } }), 'README.md': 'later' };
    const later = await runner.repository.commit(files);
    for (const event of [push({ before: pushed, after: later }), dispatch]) {
      await runner.checkout(later);
      const env = { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: later };
      const input = { command: 'apply', args: '--no-settle' };
      const again = await runner.act({ event, with: input, gitHub, token: 'writes', env });
      expect(again.outputs['failure-reason'], again.log).toBe('not-approved');
    }
    expect(await servers()).toEqual(['notes']);
  }, 60_000);

  it('is not applied with files that no commit has, nor from another event', async () => {
    const commit = await merge('merge');
    merged(commit, [approvedBy('bea', head)]);
    await runner.checkout(commit);
    await writeFile(
      join(runner.workspace, 'mcp.yaml'),
      manifest({ ...notes, ...search, evil: { command: 'evil' } }),
    );
    const input = { command: 'apply', args: '--no-settle' };
    const event = push({ before: base, after: commit });
    const changed = await runner.act({ event, with: input, gitHub, token: 'writes' });
    expect(changed.exitCode).toBe(1);
    expect(changed.log).toContain('claude-code/user/evil');
    for (const other of [
      pullRequest({ base, head }),
      push({ before: base, after: commit, ref: 'refs/heads/other' }),
    ]) {
      const acted = await applied(other, commit);
      expect(acted.log).toContain('ACTION_EVENT_UNSUITED');
      expect(acted.exitCode).toBe(1);
    }
    expect(await servers()).toEqual([]);
  });

  it('is applied without any of that where the machine is thrown away', async () => {
    const acted = await applied(pullRequest({ base, head }), head, { approval: 'none' });
    expect(acted.exitCode, acted.log).toBe(0);
    expect(await servers()).toEqual(['notes', 'search']);
  });
});
