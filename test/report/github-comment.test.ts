import { describe, expect, it } from 'vitest';
import { renderFailure } from '../../src/report/github-comment.ts';
import { finding } from '../plan/world.ts';
import { comment, HEAD, smallPlan } from './comments.ts';
import { emptyPlan, samplePlan } from './sample-plan.ts';

describe('the comment of a plan', () => {
  it('says in its first lines what happens, to how many servers, and what is dangerous', async () => {
    await expect(comment(smallPlan)).toMatchFileSnapshot(`${import.meta.dirname}/golden/comment.md`);
  });

  it('is short when nothing changes', () => {
    expect(comment(emptyPlan, { links: {} }).split('\n')).toEqual([
      '<!-- mcpform:plan:team -->',
      '',
      '### Plan for `team-tools` in `mcp.yaml`',
      '',
      '**No changes. 1 resource matches.**',
      '',
      `Commit \`${HEAD}\``,
      '',
    ]);
  });

  it('says which version a server gets on its one line, where its values do not fit', () => {
    const text = comment(smallPlan, { maxLength: 850 });
    expect(text).not.toContain('<details');
    expect(text).toContain(
      '  ~ claude-code/user/github, the manifest changed: ~image [ghcr.io/acme/github 1.1.1 -> 1.1.2]\n',
    );
  });

  it('shows several plans under what they come to', () => {
    const plans = [
      { plan: smallPlan, file: 'a/mcp.yaml' },
      { plan: samplePlan, file: 'b/mcp.yaml' },
    ];
    const lines = comment(smallPlan, { plans }).split('\n');
    expect(lines[2]).toBe(
      '**2 stacks. Plan: 3 to create, 4 to update, 2 to delete, 1 to adopt, 1 to forget, 1 to move, 1 to record, 5 in conflict; 2 unchanged.**',
    );
    expect(lines.filter((line) => line.startsWith('### '))).toEqual([
      '### Plan for `team-tools` in `a/mcp.yaml`',
      '### Plan for `team-tools` in `b/mcp.yaml`',
    ]);
  });

  it('names who is newly given secrets, and says when it cannot be applied', () => {
    const text = comment({ ...samplePlan, isApplicable: false });
    expect(text).toContain(
      '> **3 resources newly given secrets:** `claude-code/user/files`, `claude-code/user/github`, `claude-code/project/linear`',
    );
    expect(text).toContain('> This plan **cannot be applied** as it is.');
  });
});

describe('the comment where there is no plan', () => {
  it('says what is wrong, and what to do', () => {
    const at = { file: '/repo/mcp.yaml', line: 3, column: 5 };
    const failure = { code: 'SOURCE_UNREACHABLE', message: 'no answer', hint: 'try again', at };
    const findings = [finding('LOCK_STALE'), finding('LOCK_INVALID')];
    const text = renderFailure({ label: 'team', head: HEAD, failure, findings, links: {}, root: '/repo' });
    expect(text.split('\n').slice(0, 12)).toEqual([
      '<!-- mcpform:plan:team -->',
      '',
      '### No plan',
      '',
      '> [!CAUTION]',
      '> **mcpform could not say what would change.** 2 errors',
      '',
      '```text',
      'error[SOURCE_UNREACHABLE]: no answer',
      '  --> mcp.yaml:3:5',
      '  hint: try again',
      '```',
    ]);
    expect(text).toContain('error[LOCK_STALE]: ');
    expect(text.endsWith(`\n\nCommit \`${HEAD}\`\n`)).toBe(true);
  });

  it('fits, however much is wrong', () => {
    const findings = Array.from({ length: 20_000 }, () => finding('LOCK_STALE'));
    const text = renderFailure({ head: HEAD, findings, links: {} });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toContain('20000 errors');
  });
});
