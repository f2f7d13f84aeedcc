import { describe, expect, it } from 'vitest';
import { doublePull } from '../../support/github-double-state.ts';
import { githubBed, refusalOf } from './bed.ts';

const COMMIT = 'c'.repeat(40);
const merged = { state: 'closed', merged_at: '2026-01-02T03:04:05Z', merge_commit_sha: COMMIT } as const;
const tools = { id: 1, name: 'tools', owner: { login: 'octo-org' } };
const fork = { id: 9, name: 'tools', owner: { login: 'mallory' } };

describe('a pull request', () => {
  it('is read with both ends, and with no merge commit as long as it is not merged', async () => {
    const { github } = await githubBed({ repository: { pulls: { 7: doublePull(7) } } });
    const repository = { id: 1, owner: 'octo-org', name: 'tools' };
    expect(await github.pull(7)).toEqual({
      number: 7,
      state: 'open',
      isMerged: false,
      mergeCommit: null,
      base: { ref: 'main', sha: 'b'.repeat(40), repository },
      head: { ref: 'change', sha: 'a'.repeat(40), repository },
      author: 'mona',
    });
  });

  it('has an author and a fork, unless they are gone', async () => {
    const head = { ref: 'x', sha: 'd'.repeat(64) };
    const pulls = {
      7: doublePull(7, { head: { ...head, repo: fork } }),
      8: doublePull(8, { head: { ...head, repo: null }, user: null }),
    };
    const { github } = await githubBed({ repository: { pulls } });
    expect((await github.pull(7)).head).toEqual({
      ...head,
      repository: { id: 9, owner: 'mallory', name: 'tools' },
    });
    expect(await github.pull(8)).toMatchObject({ head: { repository: null }, author: null });
  });

  it('that is not there is not found', async () => {
    const { github } = await githubBed();
    expect(await refusalOf(github.pull(7))).toMatch('GITHUB_NOT_FOUND: pull request 7: not found');
  });
});

describe('the pull requests of a commit', () => {
  it('are those merged into the branch, in this repository', async () => {
    const pulls = {
      1: doublePull(1, merged),
      2: doublePull(2),
      3: doublePull(3, { state: 'closed' }),
      4: doublePull(4, { ...merged, base: { ref: 'release', sha: 'b'.repeat(40), repo: tools } }),
      5: doublePull(5, { ...merged, base: { ref: 'main', sha: 'b'.repeat(40), repo: fork } }),
    };
    const { github } = await githubBed({ repository: { pulls, commits: { [COMMIT]: [1, 2, 3, 4, 5] } } });
    const found = await github.mergedPullsOf(COMMIT, 'main');
    expect(found.map(({ number, mergeCommit }) => [number, mergeCommit])).toEqual([[1, COMMIT]]);
    expect(await github.mergedPullsOf('f'.repeat(40), 'main')).toEqual([]);
  });
});

describe('the open pull requests of a head', () => {
  const head = { ref: 'change', sha: 'a'.repeat(40), repo: fork };
  const wanted = { owner: 'mallory', branch: 'change', sha: 'a'.repeat(40) };

  it('are those whose head is still that commit', async () => {
    const pulls = {
      1: doublePull(1, { head }),
      2: doublePull(2, { head: { ...head, sha: 'e'.repeat(40) } }),
      3: doublePull(3, { head, state: 'closed' }),
      4: doublePull(4),
      5: doublePull(5, { head, base: { ref: 'release', sha: 'b'.repeat(40), repo: tools } }),
    };
    const { github, double } = await githubBed({ repository: { pulls } });
    expect((await github.openPullsOf(wanted)).map(({ number }) => number)).toEqual([1, 5]);
    expect(double.asked).toEqual([
      'GET /repos/octo-org/tools/pulls?state=open&head=mallory%3Achange&per_page=100&page=1',
    ]);
  });

  it('are none when the branch has a name that GitHub takes for no filter, or for more than a name', async () => {
    const branch = '&state=all#x?head=octo-org:change';
    const { github } = await githubBed({
      repository: { pulls: { 1: doublePull(1), 2: doublePull(2, { head }) } },
    });
    expect(await github.openPullsOf({ ...wanted, owner: '', branch: 'elsewhere' })).toEqual([]);
    expect(await github.openPullsOf({ ...wanted, branch })).toEqual([]);
    const named = { 3: doublePull(3, { head: { ...head, ref: branch } }) };
    const bed = await githubBed({ repository: { pulls: named } });
    expect((await bed.github.openPullsOf({ ...wanted, branch })).map(({ number }) => number)).toEqual([3]);
  });
});

describe('the reviews of a pull request', () => {
  it('are all read, in their order, also of accounts that are gone', async () => {
    const review = (index: number): Record<string, unknown> => ({
      user: index === 0 ? null : { login: `r${index}` },
      author_association: 'MEMBER',
      state: index === 149 ? 'APPROVED' : 'COMMENTED',
      commit_id: index === 1 ? null : 'a'.repeat(40),
      submitted_at: '2026-01-02T03:04:05Z',
    });
    const reviews = { 7: Array.from({ length: 150 }, (_, index) => review(index)) };
    const { github, double } = await githubBed({ repository: { pulls: { 7: doublePull(7) }, reviews } });
    const found = await github.reviews(7);
    expect(found).toHaveLength(150);
    expect(found.slice(0, 2).map(({ author, commit }) => [author, commit])).toEqual([
      [null, 'a'.repeat(40)],
      ['r1', null],
    ]);
    expect(found[149]).toEqual({
      author: 'r149',
      authorAssociation: 'MEMBER',
      state: 'APPROVED',
      commit: 'a'.repeat(40),
      submittedAt: '2026-01-02T03:04:05Z',
    });
    expect(double.asked).toHaveLength(2);
  });
});
