import { describe, expect, it } from 'vitest';
import { githubDouble } from '../../support/github-double.ts';
import { BOT, doublePull, doubleRepository } from '../../support/github-double-state.ts';

const HEADERS = {
  accept: 'application/vnd.github+json',
  authorization: 'token t',
  'user-agent': 'x',
  'x-github-api-version': '2022-11-28',
};

type Double = Awaited<ReturnType<typeof githubDouble>>;

function openDouble(): Promise<Double> {
  const token = { account: BOT, repository: 'o/r', permissions: { 'pull-requests': 'write' } } as const;
  const comments = Array.from({ length: 250 }, (_, id) => ({ id: id + 1, on: 1, body: 'x', user: BOT }));
  const pulls = { 1: doublePull(1) };
  return githubDouble({
    tokens: { t: token },
    repositories: { 'o/r': doubleRepository(1, { pulls, comments }) },
  });
}

function ask({ url }: Double, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}${path}`, { ...init, headers: { ...HEADERS, ...init.headers } });
}

const POST = { method: 'POST', body: JSON.stringify({ body: 'x' }) };

describe('the double of GitHub', () => {
  it.each([
    ['another endpoint', '/user', {}],
    ['an address of its own links', '/repositories/1/issues/1/comments', {}],
    ['another method', '/repos/o/r/pulls/1', { method: 'DELETE' }],
    ['a parameter that is none', '/repos/o/r/pulls?sate=open', {}],
    ['a body where none belongs', '/repos/o/r/issues/1/comments', { ...POST, method: 'PUT' }],
    ['a field that is none', '/repos/o/r/issues/1/comments', { ...POST, body: '{"text":"x"}' }],
    ['a field of another kind', '/repos/o/r/issues/1/comments', { ...POST, body: '{"body":7}' }],
    ['a body that is no JSON', '/repos/o/r/issues/1/comments', { ...POST, body: 'x' }],
    ['another version', '/repos/o/r/pulls/1', { headers: { 'x-github-api-version': '2021-01-01' } }],
    ['another media type', '/repos/o/r/pulls/1', { headers: { accept: 'text/html' } }],
    ['nobody', '/repos/o/r/pulls/1', { headers: { 'user-agent': '' } }],
    ['another query', '/graphql', { ...POST, body: '{"query":"query { viewer { email } }"}' }],
  ])('fails the test that asks it for %s', async (_, path, init) => {
    const double = await openDouble();
    expect((await ask(double, path, init)).status).toBe(400);
    await expect(double.close()).rejects.toThrow(
      `GitHub has no such thing:\n${'method' in init ? init.method : 'GET'} ${path}`,
    );
  });

  it('cuts lists into pages of 30, and of no more than 100', async () => {
    const double = await openDouble();
    const sizes = [];
    for (const query of ['', '?per_page=100', '?per_page=500', '?per_page=100&page=3', '?page=20']) {
      const answer = await ask(double, `/repos/o/r/issues/1/comments${query}`);
      const relations = [...(answer.headers.get('link') ?? '').matchAll(/rel="(\w+)"/g)].map(
        ([, name]) => name,
      );
      sizes.push([((await answer.json()) as unknown[]).length, ...relations]);
    }
    expect(sizes).toEqual([
      [30, 'next', 'last'],
      [100, 'next', 'last'],
      [100, 'next', 'last'],
      [50, 'prev', 'first'],
      [0, 'prev', 'first'],
    ]);
    await double.close();
  });

  it('takes 80 comments in a minute, and 65,536 characters', async () => {
    const double = await openDouble();
    const statuses = [];
    for (const length of [65_536, 65_537]) {
      const body = JSON.stringify({ body: 'x'.repeat(length) });
      const answer = await ask(double, '/repos/o/r/issues/1/comments', { ...POST, body });
      statuses.push(answer.status);
    }
    for (let index = 0; index < 79; index += 1) {
      statuses.push((await ask(double, '/repos/o/r/issues/1/comments', POST)).status);
    }
    expect(statuses).toEqual([201, 422, ...Array.from({ length: 78 }, () => 201), 403]);
    await double.close();
  });

  it('gives a token what its permissions say, and nobody else anything to write', async () => {
    const double = await openDouble();
    const issue = { method: 'POST', body: JSON.stringify({ title: 'x', body: 'x', labels: [] }) };
    expect((await ask(double, '/repos/o/r/issues', issue)).status).toBe(403);
    expect((await ask(double, '/repos/o/other/issues', issue)).status).toBe(404);
    const stranger = { headers: { authorization: 'token u' } };
    expect((await ask(double, '/repos/o/r/pulls/1', stranger)).status).toBe(401);
    await double.close();
  });
});
