import { describe, expect, it } from 'vitest';
import { renderApplied, renderOutdated } from '../../src/report/github-comment.ts';
import { comment, HEAD, RUN, smallPlan } from './comments.ts';

describe('a comment with a note', () => {
  const body = comment(smallPlan);
  const applied = {
    run: '7',
    url: RUN,
    commit: HEAD,
    outcomes: [{ result: 'done' }, { result: 'done' }],
  } as const;

  it('says that it is outdated below its marker, once', () => {
    const outdated = renderOutdated(body);
    expect(outdated.split('\n').slice(0, 4)).toEqual([
      '<!-- mcpform:plan:team -->',
      '<!-- mcpform:note -->',
      '> [!WARNING]',
      '> **Outdated:** there are newer commits. This is the plan of the commit named below.',
    ]);
    expect(renderOutdated(outdated)).toBe(outdated);
    expect(renderOutdated(outdated.replaceAll('\n', '\r\n'))).toBe(outdated);
    expect(outdated.endsWith(body.slice(body.indexOf('###')))).toBe(true);
  });

  it('says who applied it in the place of an earlier note', () => {
    const text = renderApplied(renderOutdated(body), applied);
    expect(text).not.toContain('Outdated');
    expect(text).toContain(
      `> [!TIP]\n> **Applied** by [run 7](<${RUN}>) from commit \`${HEAD}\`: 2 applied.\n`,
    );
  });

  it('says what was not applied, and why', () => {
    const part = renderApplied(body, { ...applied, outcomes: [{ result: 'done' }, { result: 'failed' }] });
    expect(part).toContain('> [!CAUTION]\n> **Applied in part** by');
    expect(part).toContain(': 1 applied, 1 failed.');
    const { outcomes: _, ...refused } = { ...applied, problem: 'the plan `grew`' };
    expect(renderApplied(body, refused)).toContain('> **Not applied** by');
    expect(renderApplied(body, refused)).toContain('> `` the plan `grew` ``');
  });

  it('is a comment that GitHub takes, whatever somebody wrote into it', () => {
    const text = renderOutdated(body + 'x'.repeat(65_000));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    expect(text).toContain('**Outdated:**');
  });
});
