import { describe, expect, it } from 'vitest';
import { BOT, type DoubleComment, doublePull } from '../../support/github-double-state.ts';
import { type Bed, githubBed } from './bed.ts';

const MARKER = '<!-- mcpform:plan:tools -->';
const BODY = `${MARKER}\ntext`;
const pulls = { 7: doublePull(7), 8: doublePull(8) };
const comment = { marker: MARKER, body: BODY, ifAbsent: 'create' } as const;

const mona = { login: 'mona', type: 'User' } as const;

function said(id: number, more: Partial<DoubleComment> = {}): DoubleComment {
  return { id, on: 7, body: 'words', user: mona, ...more };
}

function writes({ double }: Bed): readonly string[] {
  return double.asked.filter((line) => /^(?:POST|PATCH) \/repos/.test(line));
}

describe('the comment', () => {
  it('is made once, changed when the text changes, and left alone when it does not', async () => {
    const bed = await githubBed({ repository: { pulls } });
    const upsert = (text: string): Promise<string> =>
      bed.github.upsertComment(7, { marker: MARKER, body: `${MARKER}\n${text}`, ifAbsent: 'create' });
    expect([await upsert('one'), await upsert('one'), await upsert('two')]).toEqual([
      'created',
      'unchanged',
      'updated',
    ]);
    expect(bed.repository.comments).toEqual([{ id: 1000, on: 7, body: `${MARKER}\ntwo`, user: BOT }]);
    expect(writes(bed)).toEqual([
      'POST /repos/octo-org/tools/issues/7/comments',
      'PATCH /repos/octo-org/tools/issues/comments/1000',
    ]);
  });

  it('is not made when there is nothing to say and none yet, and changed when there is one', async () => {
    const { github, repository } = await githubBed({ repository: { pulls } });
    const calm = { ...comment, ifAbsent: 'leave' } as const;
    expect(await github.upsertComment(7, calm)).toBe('none');
    expect(repository.comments).toEqual([]);
    repository.comments.push(said(5, { body: `${MARKER} old`, user: BOT }));
    expect(await github.upsertComment(7, calm)).toBe('updated');
    expect(repository.comments).toEqual([said(5, { body: BODY, user: BOT })]);
  });

  it.each([
    ['a person who quotes the marker', said(5, { body: BODY })],
    [
      'a person with the name of the bot',
      said(5, { body: BODY, user: { login: 'github-actions', type: 'User' } }),
    ],
    ['another bot', said(5, { body: BODY, user: { login: 'renovate[bot]', type: 'Bot' } })],
    [
      'a bot whose name begins as ours',
      said(5, { body: BODY, user: { login: 'github-actions[bot][bot]', type: 'Bot' } }),
    ],
    ['an account that is gone', said(5, { body: BODY, user: null })],
    ['us, with the marker further down', said(5, { body: `> ${BODY}`, user: BOT })],
    ['us, for another stack', said(5, { body: '<!-- mcpform:plan:tools-2 -->', user: BOT })],
    ['us, on another pull request', said(5, { body: BODY, on: 8, user: BOT })],
  ])('is never that of %s', async (_, other) => {
    const { github, repository } = await githubBed({ repository: { pulls, comments: [other] } });
    const before = structuredClone(other);
    expect(await github.readComment(7, MARKER)).toBeNull();
    expect(await github.upsertComment(7, { ...comment, body: `${MARKER} new` })).toBe('created');
    expect(repository.comments[0]).toEqual(before);
    expect(repository.comments).toHaveLength(2);
  });

  it('is found behind hundreds of others, once a hundred to a page', async () => {
    const others = Array.from({ length: 250 }, (_, index) => said(index + 1, { body: `${index}` }));
    const comments = [...others, said(300, { body: BODY, user: BOT }), said(301, { body: BODY, user: BOT })];
    const { github, double } = await githubBed({ repository: { pulls, comments } });
    expect(await github.readComment(7, MARKER)).toEqual({ id: 300, body: BODY });
    expect(double.asked.filter((line) => line.startsWith('GET'))).toEqual(
      [1, 2, 3].map((page) => `GET /repos/octo-org/tools/issues/7/comments?per_page=100&page=${page}`),
    );
  });

  it('is not made a second time when there are too many to look through', async () => {
    const comments = Array.from({ length: 3001 }, (_, index) => said(index + 1));
    const { github, repository } = await githubBed({ repository: { pulls, comments } });
    await expect(github.upsertComment(7, comment)).rejects.toMatchObject({ code: 'GITHUB_TOO_MANY' });
    expect(repository.comments).toHaveLength(3001);
  });

  it('is left alone when GitHub only changed its line ends', async () => {
    const comments = [said(5, { body: `${BODY}\r\nmore`, user: BOT })];
    const { github } = await githubBed({ repository: { pulls, comments } });
    expect(await github.upsertComment(7, { ...comment, body: `${BODY}\nmore\n` })).toBe('unchanged');
  });

  it('keeps every character of what it says', async () => {
    const { github, repository } = await githubBed({ repository: { pulls } });
    const body = `${MARKER}\n"\\ \u202e 🦖 ${'é'.repeat(60_000)} ::set-output name=a::b`;
    await github.upsertComment(7, { ...comment, body });
    expect(repository.comments[0]?.body).toBe(body);
  });

  it('must begin with its marker', async () => {
    const { github, double } = await githubBed();
    await expect(github.upsertComment(7, { ...comment, body: ' text' })).rejects.toThrow(
      'begins with its marker',
    );
    expect(double.asked).toEqual([]);
  });
});

describe('a comment whose answer is lost', () => {
  it('is not made again when it was made', async () => {
    const bed = await githubBed({ repository: { pulls } });
    bed.double.fail(/^POST \/repos/, { kind: 'lose-answer' });
    expect(await bed.github.upsertComment(7, comment)).toBe('created');
    expect(bed.repository.comments).toHaveLength(1);
    expect(writes(bed)).toHaveLength(1);
  });

  it.each([
    ['the connection ended first', { kind: 'drop' }],
    ['the server failed', { kind: 'answer', status: 502 }],
  ] as const)('is made again when it was not: %s', async (_, fault) => {
    const bed = await githubBed({ repository: { pulls } });
    bed.double.fail(/^POST \/repos/, fault);
    expect(await bed.github.upsertComment(7, comment)).toBe('created');
    expect(bed.repository.comments).toHaveLength(1);
    expect(writes(bed)).toHaveLength(2);
  });

  it('is given up after three times, each after a look', async () => {
    const bed = await githubBed({ repository: { pulls } });
    bed.double.fail(/^POST \/repos/, ...Array.from({ length: 9 }, () => ({ kind: 'drop' }) as const));
    await expect(bed.github.upsertComment(7, comment)).rejects.toMatchObject({ code: 'GITHUB_UNAVAILABLE' });
    expect(bed.repository.comments).toEqual([]);
    expect(bed.double.asked.map((line) => line.split(' ')[0])).toEqual([
      'GET',
      ...'POST GET POST GET POST GET'.split(' '),
    ]);
    expect(bed.waits).toEqual([1, 4, 9]);
  });

  it('is written again, once more the same, when it was only to be changed', async () => {
    const comments = [said(5, { body: `${MARKER} old`, user: BOT })];
    const bed = await githubBed({ repository: { pulls, comments } });
    bed.double.fail(/^PATCH/, { kind: 'lose-answer' });
    expect(await bed.github.upsertComment(7, comment)).toBe('updated');
    expect(bed.repository.comments).toEqual([said(5, { body: BODY, user: BOT })]);
    expect(writes(bed)).toHaveLength(2);
  });
});
