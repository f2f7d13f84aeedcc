import { describe, expect, it } from 'vitest';
import { renderGraph } from '../../src/report/graph.ts';
import { declared, planOf } from '../plan/world.ts';
import { emptyPlan, samplePlan } from './sample-plan.ts';

const golden = (name: string): string => `${import.meta.dirname}/golden/${name}`;

describe('the dependency graph', () => {
  it('is Mermaid', async () => {
    await expect(renderGraph(samplePlan, 'mermaid')).toMatchFileSnapshot(golden('graph.mmd'));
  });

  it('is DOT', async () => {
    await expect(renderGraph(samplePlan, 'dot')).toMatchFileSnapshot(golden('graph.dot'));
  });

  it('has what needs nothing, and its dependencies where they are given', () => {
    const dependsOn = { 'claude-code/user/same': ['claude-code/user/other'] };
    expect(renderGraph(emptyPlan, 'dot', dependsOn)).toBe(
      [
        'digraph "team-tools" {',
        '  rankdir = "LR";',
        '  node [shape = "box"];',
        '  "claude-code/user/other" [label = "claude-code/user/other"];',
        '  "claude-code/user/same" [label = "claude-code/user/same"];',
        '  "claude-code/user/same" -> "claude-code/user/other";',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('lets nothing out of its labels', () => {
    const plan = planOf({ desired: [declared('x/y/a"]; click n1 "javascript:alert(1)" <b>\\')] });
    const [, node = ''] = renderGraph(plan, 'mermaid').split('\n');
    const [, label = ''] = /^ {2}n1\["(.*)"\]$/.exec(node) ?? [];
    expect(label).toContain('click n1');
    expect(label.replaceAll(/#\d+;/g, '')).not.toMatch(/["<;`\]]/);
    expect(renderGraph(plan, 'dot')).toContain('a\\"]; click n1 \\"javascript:alert(1)\\" <b>\\\\"');
  });
});
