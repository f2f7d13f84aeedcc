import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitHubDouble } from '../support/github-double.ts';
import { doublePull } from '../support/github-double-state.ts';
import { push } from './support/events.ts';
import { type Acted, type Runner, startRunner } from './support/runner.ts';
import { manifest, TOOLS, toolsOnGitHub } from './support/tools-world.ts';

const notes = { notes: { command: 'notes' } };
const search = { search: { command: 'search' } };
const evil = { evil: { command: 'evil' } };

/** The same servers, and a word that no manifest has. */
const broken = (servers: object): string =>
  manifest(servers).replace('"servers"', '"serverz": {}, "servers"');

/** On the way of a branch is a manifest that nobody can plan. */
describe('a branch that was broken for a while', { timeout: 90_000 }, () => {
  let runner: Runner;
  let gitHub: GitHubDouble;
  let base: string;

  beforeEach(async () => {
    runner = await startRunner();
    base = await runner.repository.commit({ 'mcp.yaml': manifest(notes) });
    gitHub = await toolsOnGitHub();
  }, 60_000);
  afterEach(async () => {
    await runner?.remove();
    await gitHub?.close();
  });

  /** What the branch stands at next. */
  async function pushed(text: string): Promise<string> {
    await runner.repository.git('checkout', '--quiet', 'main');
    return await runner.repository.commit({ 'mcp.yaml': text });
  }

  /** A pull request to `onto` that somebody approved, and the commit that it came to the branch with. */
  async function merged(number: number, onto: string, text: string, asMerged = text): Promise<string> {
    await runner.repository.git('checkout', '--quiet', '--detach', onto);
    const branch = `change-${number}`;
    const head = await runner.repository.commit({ 'mcp.yaml': text }, { branch });
    const commit = await pushed(asMerged);
    const tools = gitHub.world.repositories['octo-org/tools'];
    const review = { user: { login: 'bea' }, author_association: 'MEMBER', state: 'APPROVED' };
    Object.assign(tools?.commits ?? {}, { [commit]: [number] });
    Object.assign(tools?.reviews ?? {}, {
      [number]: [{ ...review, commit_id: head, submitted_at: '2026-01-01T00:00:00Z' }],
    });
    Object.assign(tools?.pulls ?? {}, {
      [number]: doublePull(number, {
        state: 'closed',
        merged_at: '2026-01-02T00:00:00Z',
        merge_commit_sha: commit,
        base: { ref: 'main', sha: onto, repo: TOOLS },
        head: { ref: branch, sha: head, repo: TOOLS },
      }),
    });
    return commit;
  }

  async function applied(before: string, after: string, from = ''): Promise<Acted> {
    await runner.checkout(after);
    const inputs = { command: 'apply', args: '--no-settle', from };
    return await runner.act({ event: push({ before, after }), with: inputs, gitHub, token: 'writes' });
  }

  async function servers(): Promise<readonly string[]> {
    const text = await readFile(join(runner.home.folder, '.claude.json'), 'utf8').catch(() => '{}');
    return Object.keys(JSON.parse(text).mcpServers ?? {});
  }

  it('smuggles nothing in with an approved change that mends it, and is well once it was set back', async () => {
    const smuggled = await pushed(broken({ ...notes, ...evil }));
    const mended = await merged(5, smuggled, manifest({ ...notes, ...evil }));
    const next = await applied(smuggled, mended);
    expect(next.exitCode, next.log).toBe(1);
    expect(next.commands.join('\n')).toMatch(/ACTION_HISTORY.*nobody knows what changed since/);
    const since = await applied(smuggled, mended, base);
    expect(since.outputs['failure-reason'], since.log).toBe('not-approved');
    const said = since.commands.join('\n');
    expect(said).toContain('claude-code/user/evil: create was approved by nobody');
    expect(said).toMatch(/#5: that \w+ was approved counts for nothing/);
    expect(said).toMatch(/judged as one change.*MANIFEST_UNKNOWN_KEY/);
    expect(said).toContain(`set both back to what they are in ${base}`);
    expect(await servers()).toEqual([]);

    const back = await pushed(manifest(notes));
    const again = await merged(6, back, manifest({ ...notes, ...search }));
    const well = await applied(back, again, base);
    expect(well.exitCode, well.log).toBe(0);
    expect(await servers()).toEqual(['notes', 'search']);
  });

  it('is well once it is what an approved head showed', async () => {
    const wanted = { ...notes, ...search };
    await merged(5, base, manifest(wanted), broken(wanted));
    const mended = await pushed(manifest(wanted));
    const passed = await applied(base, mended);
    expect(passed.exitCode, passed.log).toBe(0);
    expect(await servers()).toEqual(['notes', 'search']);
  });
});
