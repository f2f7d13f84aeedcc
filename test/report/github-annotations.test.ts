import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { annotate } from '../../src/report/github-annotations.ts';
import { applied, planOf, there } from '../plan/world.ts';
import { hostileText, poisoned } from './hostile.ts';
import { replacingPlan, samplePlan } from './sample-plan.ts';

const root = '/repo';
const at = (line: number, file = '/repo/a/mcp.yaml') => ({ file, line, column: 5 });
const finding = (
  code: Finding['code'],
  severity: Finding['severity'],
  more: Partial<Finding> = {},
): Finding => ({
  code,
  severity,
  message: `about ${code}`,
  ...more,
});

describe('remarks on the lines of a pull request', () => {
  it('say what a finding says, where it says it', () => {
    const found = [
      finding('LOCK_STALE', 'error', {
        hint: 'run `mcpform lock`',
        at: at(3),
        address: 'docker/container/x',
      }),
    ];
    expect(annotate(found, null, { root })).toEqual([
      {
        level: 'error',
        title: 'mcpform LOCK_STALE docker/container/x',
        message: 'about LOCK_STALE\nhint: run `mcpform lock`',
        file: 'a/mcp.yaml',
        line: 3,
        endLine: 3,
        column: 5,
      },
    ]);
  });

  it('begin with what is lost, then what a policy says; notes come last', () => {
    const findings = [
      finding('GRAPH_LAUNCH_DIRECT', 'warning'),
      finding('POLICY_WARNING', 'warning'),
      finding('GRAPH_LAUNCH_DIRECT', 'info'),
      finding('LOCK_STALE', 'error'),
      finding('POLICY_DENIED', 'error'),
    ];
    const plan = planOf({ entries: applied('old'), observed: [there('old')] });
    expect(annotate(findings, plan, { root }).map(({ level, title }) => `${level} ${title}`)).toEqual([
      'error mcpform POLICY_DENIED',
      'error mcpform LOCK_STALE',
      'warning mcpform: delete',
      'warning mcpform POLICY_WARNING',
      'warning mcpform GRAPH_LAUNCH_DIRECT',
      'notice mcpform GRAPH_LAUNCH_DIRECT',
    ]);
  });

  it('name each resource that is deleted or replaced, and no conflict', () => {
    const messages = [...annotate([], samplePlan, { root }), ...annotate([], replacingPlan, { root })].map(
      ({ message }) => message,
    );
    expect(messages).toEqual([
      'claude-code/user/old will be deleted, because it is no longer in the manifest',
      'claude-code/user/swapped will be replaced, because the manifest changed',
    ]);
  });

  it('stand at the manifest where nobody knows a line', () => {
    const plan = planOf({ entries: applied('old'), observed: [there('old')] });
    expect(annotate([], plan, { root, manifest: '/repo/mcp.yaml' })).toMatchObject([{ file: 'mcp.yaml' }]);
    expect(annotate([], plan, { root, manifest: '/etc/mcp.yaml' })[0]).not.toHaveProperty('file');
  });

  it.each([
    [10, 10, undefined],
    [11, 10, '… and 1 more: see the full plan'],
    [400, 10, '… and 390 more: see the full plan'],
  ])('are at most ten of a level: of %d there are %d', (number, shown, more) => {
    const findings = Array.from({ length: number }, () => finding('LOCK_STALE', 'error', { at: at(1) }));
    const remarks = annotate([...findings, finding('LOCK_STALE', 'warning')], null, { root });
    expect(remarks).toHaveLength(shown + 1);
    expect(remarks.slice(0, 9).filter(({ message }) => message.includes('more:'))).toEqual([]);
    expect(remarks[9]?.message.split('\n')[1]).toBe(more);
    expect(remarks[10]?.message).toBe('about LOCK_STALE');
  });

  it.each([
    '/etc/passwd',
    '../mcp.yaml',
    '/repo',
    '/repo/../x',
    '/repository/mcp.yaml',
    'a\nb.yaml',
    'a\u202eb',
    'x'.repeat(10_000),
  ])('name no file like %j', (file) => {
    const [remark] = annotate([finding('LOCK_STALE', 'error', { at: at(3, file) })], null, { root });
    expect(Object.keys(remark ?? {})).toEqual(['level', 'title', 'message']);
  });

  it.each(['/repo/mcp.yaml', 'mcp.yaml', './a/../mcp.yaml'])('name %s relative to the workspace', (file) => {
    expect(annotate([finding('LOCK_STALE', 'error', { at: at(3, file) })], null, { root })).toMatchObject([
      { file: 'mcp.yaml', line: 3 },
    ]);
  });

  it('show nothing invisible and have no more lines than they should, whatever a pull request chooses', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const plan = poisoned(samplePlan, text);
        for (const { title, message, file } of annotate(plan.findings, plan, { root })) {
          expect(message.split('\n').length).toBeLessThanOrEqual(2);
          expect(title + message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(file ?? '').not.toMatch(/^\/|^\.\.(?:\/|$)|[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });

  it('are short of ten megabytes', () => {
    const plan = poisoned(samplePlan, '\n'.repeat(10_000_000));
    for (const { title, message } of annotate(plan.findings, plan, { root })) {
      expect(title.length).toBeLessThan(255);
      expect(message.length).toBeLessThan(20_000);
    }
  });
});
