import { describe, expect, it } from 'vitest';
import { openGitHub } from '../../../src/action/github/open-github.ts';
import { primaryLimit, secondaryLimit } from '../../support/github-double-limits.ts';
import { BOT, doublePull } from '../../support/github-double-state.ts';
import { githubBed, refusalOf, TOKEN } from './bed.ts';

const MARKER = '<!-- mcpform:plan:tools -->';
const pulls = { 7: doublePull(7) };
const comment = { marker: MARKER, body: `${MARKER}\ntext`, ifAbsent: 'create' } as const;

describe('a limit of GitHub', () => {
  it('is waited out as long as GitHub says, and the comment is made once', async () => {
    const { github, double, repository, waits, log } = await githubBed({ repository: { pulls } });
    double.fail(/POST/, secondaryLimit(12));
    expect(await github.upsertComment(7, comment)).toBe('created');
    expect([waits, log]).toEqual([[12_000], ['GitHub asks to wait 12 s']]);
    expect(repository.comments).toHaveLength(1);
  });

  it('of unknown length is waited out for a minute', async () => {
    const { github, double, waits } = await githubBed({ repository: { pulls } });
    double.fail(/GET/, secondaryLimit());
    expect(await github.readComment(7, MARKER)).toBeNull();
    expect(waits).toEqual([60_000]);
  });

  it('of the hour is waited out when it ends soon', async () => {
    const { github, double, waits } = await githubBed({ repository: { pulls } });
    double.fail(/GET/, primaryLimit(Math.floor(Date.now() / 1000) + 20));
    await github.pull(7);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(18_000);
    expect(waits[0]).toBeLessThan(23_000);
  });

  it.each([
    ['secondary', secondaryLimit(3600), 'You have exceeded a secondary rate limit'],
    ['primary', primaryLimit(Math.floor(Date.now() / 1000) + 3000), 'API rate limit exceeded'],
    ['of 429', { ...secondaryLimit(3600), status: 429 }, 'You have exceeded a secondary rate limit'],
  ])('that lasts too long ends it at once, with the reason: %s', async (_, limit, words) => {
    const { github, double, waits } = await githubBed({ repository: { pulls } });
    double.fail(/GET/, limit);
    expect(await refusalOf(github.pull(7))).toMatch(`GITHUB_RATE_LIMITED: pull request 7: ${words}`);
    expect([waits, double.asked.length]).toEqual([[], 1]);
  });

  it('that is over already is asked about once a second, and not for ever', async () => {
    const { github, double, waits } = await githubBed({ repository: { pulls }, patienceMs: 3_000 });
    double.fail(/GET/, ...Array.from({ length: 9 }, () => primaryLimit(1)));
    expect(await refusalOf(github.pull(7))).toMatch('GITHUB_RATE_LIMITED');
    expect(waits).toEqual([1_000, 1_000, 1_000]);
  });

  it('that comes again and again uses up the patience, and ends', async () => {
    const { github, double, waits } = await githubBed({ repository: { pulls }, patienceMs: 30_000 });
    double.fail(/GET/, ...Array.from({ length: 9 }, () => secondaryLimit(10)));
    expect(await refusalOf(github.pull(7))).toMatch('GITHUB_RATE_LIMITED');
    expect(waits).toEqual([10_000, 10_000, 10_000]);
  });
});

describe('what changes something', () => {
  it('is asked for at the pace that GitHub wants', async () => {
    const { github } = await githubBed({ repository: { pulls }, paceMs: 100 });
    const start = performance.now();
    await github.upsertComment(7, comment);
    await github.upsertComment(7, { ...comment, marker: '<!-- other -->', body: '<!-- other -->' });
    // Two comments, of which people are told, are three paces apart.
    expect(performance.now() - start).toBeGreaterThan(295);
  });
});

describe('what GitHub refuses', () => {
  it.each([
    ['pull-requests: write', 'comment', { issues: 'read', 'pull-requests': 'read' }],
    ['issues: write', 'issue', { issues: 'read', 'pull-requests': 'write' }],
  ] as const)('names the permission that is missing: %s', async (permission, what, permissions) => {
    const { github } = await githubBed({ repository: { pulls }, permissions });
    const issue = { marker: MARKER, title: 'drift', body: MARKER, labels: [] };
    const done = what === 'comment' ? github.upsertComment(7, comment) : github.upsertIssue(issue);
    expect(await refusalOf(done)).toMatch(
      new RegExp(`^GITHUB_DENIED: .*: Resource not accessible by integration.* -> add \`${permission}\``),
    );
  });

  it('names the permission for a comment on an issue, which is not that for one on a pull request', async () => {
    const issue = { number: 1, title: 'x', body: MARKER, state: 'open', labels: [], user: BOT } as const;
    const { github, repository } = await githubBed({
      repository: { issues: [{ ...issue }] },
      permissions: { 'pull-requests': 'write', issues: 'read' },
    });
    expect(await refusalOf(github.closeIssue({ marker: MARKER, comment: 'x' }))).toMatch(
      /^GITHUB_DENIED: comment on issue 1: .* -> add `issues: write`/,
    );
    expect(repository.issues).toEqual([issue]);
  });

  it('says of a private repository what may be read: 403 of ours, 404 of another', async () => {
    const { github, double } = await githubBed({
      repository: { pulls, isPrivate: true },
      permissions: { contents: 'read' },
    });
    expect(await refusalOf(github.pull(7))).toMatch(/^GITHUB_DENIED: .* -> add `pull-requests: read`/);
    expect(
      await refusalOf(github.fileAt({ owner: 'octo-org', repo: 'policy', path: 'a.yaml', ref: 'main' })),
    ).toMatch(/^GITHUB_NOT_FOUND: .* -> check that it exists; when it is private, add `contents: read`/);
    expect(double.asked).toHaveLength(2);
  });

  it('takes no token but a good one, and shows none', async () => {
    const { github } = await githubBed({ repository: { pulls }, token: 'ghp_revoked' });
    expect(await refusalOf(github.pull(7))).toMatch(/^GITHUB_TOKEN_INVALID: (?!.*ghp_)/);
  });

  it('does not repeat a token that an answer repeats', async () => {
    const { github, double } = await githubBed({ repository: { pulls } });
    const data = { message: `no: ${TOKEN}\n::set-output name=a::b \u001b[31m` };
    double.fail(/GET/, { kind: 'answer', status: 400, data });
    const refusal = await refusalOf(github.pull(7));
    expect(refusal).toMatch('GITHUB_REFUSED: pull request 7: no: ***\\n::set-output');
    expect(refusal).not.toContain(TOKEN);
  });

  it('says of a text that is too long, before it is sent and when GitHub says it', async () => {
    const { github, double } = await githubBed({ repository: { pulls } });
    const long = { ...comment, body: MARKER.padEnd(65_537, 'x') };
    expect(await refusalOf(github.upsertComment(7, long))).toMatch('GITHUB_TOO_LONG');
    expect(double.asked).toEqual([]);
    expect(await github.upsertComment(7, { ...comment, body: MARKER.padEnd(65_536, 'x') })).toBe('created');
  });

  it.each([301, 302, 307, 308])('follows no redirect, so the token goes nowhere else: %i', async (status) => {
    const elsewhere = await githubBed();
    const { github, double } = await githubBed({ repository: { pulls } });
    const location = `${elsewhere.double.url}/repos/octo-org/tools/pulls/7`;
    double.fail(/GET/, { kind: 'answer', status, headers: { location } });
    expect(await refusalOf(github.pull(7))).toMatch(
      `GITHUB_REDIRECTED: pull request 7: GitHub sends elsewhere (status ${status})`,
    );
    expect(elsewhere.double.asked).toEqual([]);
  });

  it.each([
    ['no JSON', 200, '<html>proxy</html>', 'the answer is not an object'],
    ['a list', 200, [], 'the answer is not an object'],
    ['without a number', 200, { state: 'open' }, '"'],
    [
      'with a commit that is none',
      200,
      doublePull(7, { head: { ref: 'x', sha: '--help', repo: null } }),
      '"head.sha"',
    ],
  ])('takes no answer that is none: %s', async (_, status, data, words) => {
    const { github, double } = await githubBed({ repository: { pulls } });
    double.fail(/GET/, { kind: 'answer', status, data });
    expect(await refusalOf(github.pull(7))).toMatch(`GITHUB_ANSWER_INVALID: pull request 7: ${words}`);
  });
});

describe('a network that fails', () => {
  it.each([
    ['drops the connection', { kind: 'drop' }],
    ['answers 502', { kind: 'answer', status: 502, data: 'Bad Gateway' }],
    ['answers 503', { kind: 'answer', status: 503 }],
  ] as const)('is asked again when it %s', async (_, fault) => {
    const { github, double } = await githubBed({ repository: { pulls } });
    double.fail(/GET/, fault, fault);
    expect(await github.pull(7)).toMatchObject({ number: 7 });
    expect(double.asked).toHaveLength(3);
  });

  it('is given up after four times, with a reason', async () => {
    const { github, double } = await githubBed({ repository: { pulls } });
    const faults = Array.from({ length: 9 }, () => ({ kind: 'answer', status: 500 }) as const);
    double.fail(/GET/, ...faults);
    expect(await refusalOf(github.pull(7))).toBe(
      'GITHUB_UNAVAILABLE: pull request 7: GitHub did not answer (status 500) -> run the job again later',
    );
    expect(double.asked).toHaveLength(4);
  });

  it('is told apart from a refusal when nobody listens', async () => {
    const github = await openGitHub({
      token: TOKEN,
      apiUrl: 'http://127.0.0.1:1',
      repository: { owner: 'octo-org', repo: 'tools' },
      userAgent: 'mcpform/test',
      signal: new AbortController().signal,
      log: () => undefined,
      network: {
        request: async () => {
          throw Object.assign(new Error(`connect ECONNREFUSED ${TOKEN}`), { code: 'ECONNREFUSED' });
        },
      },
      clock: { sleep: async () => undefined },
      retryUnitMs: 1,
    });
    expect(await refusalOf(github.pull(7))).toBe(
      'GITHUB_UNAVAILABLE: pull request 7: GitHub did not answer (ECONNREFUSED) -> run the job again later',
    );
  });

  it('ends with the reason of whoever stops it, in the middle of an answer', async () => {
    const stop = new AbortController();
    const { github, double } = await githubBed({ repository: { pulls }, signal: stop.signal });
    double.fail(/GET/, { kind: 'slow', ms: 20_000 });
    const reading = github.pull(7);
    setTimeout(() => stop.abort(new Error('stopped by a person')), 50);
    await expect(reading).rejects.toThrow('stopped by a person');
  });
});

describe('the address of the API', () => {
  it.each([
    'http://api.github.com',
    'ftp://x',
    'https://user:pw@ghe.example.com',
    'https://x/?a=b',
    'api.github.com',
  ])('is not taken: %s', async (apiUrl) => {
    const refusal = await refusalOf(open({ apiUrl }));
    expect(refusal).toMatch(/^GITHUB_ADDRESS_INVALID: the address of the GitHub API/);
    expect(refusal).not.toContain('pw');
  });

  it('is that of GitHub Enterprise when the runner says so', async () => {
    const { github, double } = await githubBed({ repository: { pulls }, prefix: '/api/v3' });
    await github.upsertComment(7, comment);
    expect(await github.readComment(7, MARKER)).not.toBeNull();
    expect(double.asked).toContain('POST /api/graphql');
    expect(double.asked).toContain('POST /api/v3/repos/octo-org/tools/issues/7/comments');
  });

  it.each(['', 'with space', 'line\nend', 'a'.repeat(5000)])(
    'is asked with no token that is none: %j',
    async (token) => {
      const refusal = await refusalOf(open({ token }));
      expect(refusal).toMatch(/^GITHUB_TOKEN_INVALID: /);
      if (token !== '') expect(refusal).not.toContain(token);
    },
  );

  it.each(['..', '.', 'a/b', 'a?b', '', 'a%2fb', 'a\u202eb'])(
    'holds no repository but a name: %j',
    async (repo) => {
      expect(await refusalOf(open({ repository: { owner: 'octo-org', repo } }))).toMatch(
        'GITHUB_ADDRESS_INVALID',
      );
    },
  );
});

function open(change: Partial<Parameters<typeof openGitHub>[0]>): Promise<unknown> {
  return openGitHub({
    token: TOKEN,
    apiUrl: 'https://api.github.com',
    repository: { owner: 'octo-org', repo: 'tools' },
    userAgent: 'mcpform/test',
    signal: new AbortController().signal,
    log: () => undefined,
    network: { request: () => Promise.reject(new Error('nothing is asked yet')) },
    clock: { sleep: async () => undefined },
    ...change,
  });
}
