import { describe, expect, it } from 'vitest';
import { BOT, type DoubleIssue, doublePull } from '../../support/github-double-state.ts';
import { type Bed, githubBed, refusalOf } from './bed.ts';

const MARKER = '<!-- mcpform:drift:tools -->';
const wanted = { marker: MARKER, title: 'Drift of tools', body: `${MARKER}\n3 drifted`, labels: ['drift'] };

function issue(number: number, more: Partial<DoubleIssue> = {}): DoubleIssue {
  return {
    number,
    title: 'Drift of tools',
    body: wanted.body,
    state: 'open',
    labels: [],
    user: BOT,
    ...more,
  };
}

function writes({ double }: Bed): readonly string[] {
  return double.asked.filter((line) => /^(?:POST|PATCH) \/repos/.test(line));
}

describe('the one issue', () => {
  it('is made, left alone, changed, closed and opened again', async () => {
    const bed = await githubBed({ repository: { pulls: { 4: doublePull(4) } } });
    const { github, repository } = bed;
    expect(await github.upsertIssue(wanted)).toEqual({ number: 5, outcome: 'created' });
    expect(repository.issues).toEqual([issue(5, { labels: ['drift'] })]);
    expect(await github.upsertIssue(wanted)).toEqual({ number: 5, outcome: 'unchanged' });
    const more = { ...wanted, body: `${MARKER}\n4 drifted` };
    expect(await github.upsertIssue(more)).toEqual({ number: 5, outcome: 'updated' });
    expect(await github.upsertIssue({ ...more, title: 'Renamed' })).toEqual({
      number: 5,
      outcome: 'updated',
    });
    expect(await github.closeIssue({ marker: MARKER, comment: 'no drift' })).toBe(5);
    expect(repository.issues[0]).toMatchObject({ state: 'closed', body: more.body });
    expect(repository.comments.map(({ on, body }) => [on, body])).toEqual([[5, 'no drift']]);
    expect(await github.closeIssue({ marker: MARKER, comment: 'no drift' })).toBeNull();
    expect(await github.upsertIssue({ ...wanted, title: 'Again' })).toEqual({
      number: 5,
      outcome: 'reopened',
    });
    expect(repository.issues).toEqual([issue(5, { title: 'Again', labels: ['drift'] })]);
    expect(writes(bed)).toHaveLength(6);
  });

  it.each([
    ['a person', issue(5, { user: { login: 'mona', type: 'User' } })],
    ['another bot', issue(5, { user: { login: 'renovate[bot]', type: 'Bot' } })],
    ['an account that is gone', issue(5, { user: null })],
    ['us, about something else', issue(5, { body: `x ${MARKER}` })],
    ['us, without a text', issue(5, { body: null })],
  ])('is not that of %s, which is never changed', async (_, other) => {
    const { github, repository } = await githubBed({ repository: { issues: [other] } });
    const before = structuredClone(other);
    expect(await github.closeIssue({ marker: MARKER, comment: 'no drift' })).toBeNull();
    expect(await github.upsertIssue(wanted)).toEqual({ number: 6, outcome: 'created' });
    expect(repository.issues[0]).toEqual(before);
    expect(repository.comments).toEqual([]);
  });

  it('is no pull request of ours that begins with the marker', async () => {
    const pull = doublePull(5, { body: wanted.body, title: wanted.title, user: BOT });
    const { github } = await githubBed({ repository: { pulls: { 5: pull } } });
    expect(await github.upsertIssue(wanted)).toEqual({ number: 6, outcome: 'created' });
  });

  it('is found behind hundreds of others', async () => {
    const others = Array.from({ length: 320 }, (_, index) => issue(index + 2, { body: 'other' }));
    const { github, repository } = await githubBed({ repository: { issues: [issue(1), ...others] } });
    expect(await github.upsertIssue(wanted)).toEqual({ number: 1, outcome: 'unchanged' });
    expect(repository.issues).toHaveLength(321);
  });

  it.each([
    ['was made', { kind: 'lose-answer' }, 1],
    ['was not made', { kind: 'drop' }, 2],
  ] as const)('is there once when the answer is lost and it %s', async (_, fault, posts) => {
    const bed = await githubBed();
    bed.double.fail(/^POST \/repos\/[^ ]*\/issues$/, fault);
    expect(await bed.github.upsertIssue(wanted)).toEqual({ number: 1, outcome: 'created' });
    expect(bed.repository.issues).toHaveLength(1);
    expect(writes(bed)).toHaveLength(posts);
  });

  it('is closed with one comment, also by a run after one that was cut off between the two', async () => {
    const bed = await githubBed({ repository: { issues: [issue(1)] } });
    bed.double.fail(/^PATCH/, ...Array.from({ length: 4 }, () => ({ kind: 'drop' }) as const));
    const closing = { marker: MARKER, comment: 'no drift' };
    expect(await refusalOf(bed.github.closeIssue(closing))).toMatch('GITHUB_UNAVAILABLE: issue 1');
    expect(await bed.github.closeIssue(closing)).toBe(1);
    expect(bed.repository.comments).toHaveLength(1);
    expect(bed.repository.issues).toEqual([issue(1, { state: 'closed' })]);
  });

  it('and its comment are no longer than GitHub takes', async () => {
    const { github, double } = await githubBed();
    const long = MARKER.padEnd(65_537, 'x');
    expect(await refusalOf(github.upsertIssue({ ...wanted, body: long }))).toMatch('GITHUB_TOO_LONG: issue');
    expect(await refusalOf(github.closeIssue({ marker: MARKER, comment: long }))).toMatch(
      'GITHUB_TOO_LONG: comment',
    );
    expect(double.asked).toEqual([]);
  });
});
