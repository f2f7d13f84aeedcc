import { describe, expect, it } from 'vitest';
import { ONE_OF_EACH_SORT } from './support/keepers/index.ts';
import { onRunnerBed } from './support/runner-bed.ts';
import { ownMachine, pullRequests } from './support/workflows.ts';

describe('a secret, a token of a job, and a key that somebody wrote down', () => {
  it('are in nothing that a plan between revisions says or leaves, nor the action with it', {
    timeout: 300_000,
  }, async () => {
    const { result, figures } = await onRunnerBed(ONE_OF_EACH_SORT, pullRequests);
    const { acted, asked, comments } = result;
    expect(acted.map(({ outputs }) => outputs['failure-reason'])).toEqual([
      ...['changes', '', 'invalid', 'error', '', 'invalid'],
    ]);
    expect(asked.filter(({ ran }) => ran.exitCode !== 0)).toHaveLength(6);
    // They were there to be found: each place says that it hides something, or what is wrong with it.
    const [, mended, literal, , failed] = acted.map(({ log, summary }) => log + summary);
    expect(mended).toMatch(/GITHUB_TOKEN\s+= \(not shown\)/);
    expect(literal).toContain('MANIFEST_LITERAL_SECRET');
    expect(failed).toContain('no comment in #5: pull request 5: no ***');
    expect(acted[5]?.log).toContain('secret "***" is not declared');
    expect(comments.at(-1)).toContain('MANIFEST_DEPENDENCY_UNKNOWN');
    expect(figures.hits).toEqual([]);
    expect(figures.searches).toBeGreaterThan(1_000);
    expect(figures.commandLines).toBeGreaterThan(50);
  });

  it('are in nothing that the action says or leaves on a machine of its own', {
    timeout: 300_000,
  }, async () => {
    const { result, figures } = await onRunnerBed(ONE_OF_EACH_SORT, ownMachine);
    const { acted, comments, issues } = result;
    expect(acted.map(({ outputs }) => outputs['failure-reason'])).toEqual([
      ...['', 'apply-failed', 'apply-failed', '', '', 'apply-failed'],
      ...['', 'apply-failed', '', 'apply-failed'],
      ...['invalid', 'invalid', 'apply-failed'],
    ]);
    const [before, , , drifted] = acted.map(({ log, summary }) => log + summary);
    expect(before).toMatch(/env\.GITHUB_TOKEN\s+= \(not shown\)/);
    expect(drifted).toMatch(/drifted: changed outside mcpform/);
    expect(comments.at(-1)).toContain('(not shown)');
    expect(issues.at(-1)).toContain('claude-code/user/theirs');
    expect(acted[8]?.log).toContain('SECRET_BACKEND_FAILED');
    expect(figures.hits).toEqual([]);
    expect(figures.searches).toBeGreaterThan(500);
    expect(figures.commandLines).toBeGreaterThan(50);
  });
});
