import { describe, expect, it } from 'vitest';
import { BOT, doublePull } from '../../support/github-double-state.ts';
import { githubBed } from './bed.ts';

const MARKER = '<!-- mcpform:plan:tools -->';
const pulls = { 7: doublePull(7) };

describe('the comment', () => {
  it('is made once, changed when the text changes, and left alone when it does not', async () => {
    const { github, repository, double } = await githubBed({ repository: { pulls } });
    const upsert = (text: string): Promise<string> =>
      github.upsertComment(7, { marker: MARKER, body: `${MARKER}\n${text}`, ifAbsent: 'create' });
    expect([await upsert('one'), await upsert('one'), await upsert('two')]).toEqual([
      'created',
      'unchanged',
      'updated',
    ]);
    expect(repository.comments).toEqual([{ id: 1000, on: 7, body: `${MARKER}\ntwo`, user: BOT }]);
    expect(double.asked.filter((line) => !line.startsWith('GET'))).toEqual([
      'POST /repos/octo-org/tools/issues/7/comments',
      'POST /graphql',
      'PATCH /repos/octo-org/tools/issues/comments/1000',
    ]);
  });
});
