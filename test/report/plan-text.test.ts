import { describe, expect, it } from 'vitest';
import type { Plan, Summary } from '../../src/model/plan.ts';
import { renderPlanText } from '../../src/report/plan-text.ts';
import { summaryLine } from '../../src/report/words.ts';
import { applied, declared, finding, planOf, there } from '../plan/world.ts';
import { emptyPlan, replacingPlan, samplePlan } from './sample-plan.ts';

const golden = (name: string): string => `${import.meta.dirname}/golden/${name}`;
const plain = { color: false, width: 100, cwd: '/repo' };

describe('a plan for people', () => {
  it('reads as it always did', async () => {
    const text = renderPlanText(samplePlan, { ...plain, withFindings: true, showUnchanged: true });
    await expect(text).toMatchFileSnapshot(golden('plan.txt'));
  });

  it('reads as it always did on one line per step', async () => {
    await expect(renderPlanText(samplePlan, { ...plain, compact: true })).toMatchFileSnapshot(
      golden('plan-compact.txt'),
    );
  });

  it('reads as it always did in colour', async () => {
    await expect(renderPlanText(samplePlan, { ...plain, color: true })).toMatchFileSnapshot(
      golden('plan-color.txt'),
    );
  });

  it('reads as it always did on a narrow terminal', async () => {
    await expect(renderPlanText(samplePlan, { ...plain, width: 60 })).toMatchFileSnapshot(
      golden('plan-narrow.txt'),
    );
  });

  it('marks what forces a replacement', () => {
    const text = renderPlanText(replacingPlan, plain);
    expect(text).toContain('-/+ claude-code/user/swapped');
    expect(text).toContain('~ image = "a" -> "b" # forces replacement');
  });

  it('says from which file to which a server moves', () => {
    const to = 'claude-code/project/a';
    const plan = planOf({
      desired: [declared(to)],
      entries: applied('a'),
      observed: [there('a')],
      moved: [['a', to]],
    });
    expect(renderPlanText(plan, plain)).toContain(
      `  > ${to} in /repo/.mcp.json, from /home/ada/.claude.json\n`,
    );
  });

  it('is one line when there is nothing to do', () => {
    expect(renderPlanText(emptyPlan, plain)).toBe('No changes. 1 resource matches.\n');
  });

  it('explains only the symbols it uses', () => {
    const legend = renderPlanText(replacingPlan, plain).split('\n\n')[0];
    expect(legend).toBe(
      'mcpform will make these changes to stack team-tools:\n  -/+ delete and create again',
    );
  });

  it('says what it cannot be used for', () => {
    const text = renderPlanText({ ...samplePlan, isComplete: false, isApplicable: false }, plain);
    expect(text).toContain('This plan is incomplete');
    expect(text).toContain('This plan cannot be applied as it is');
  });

  it('says in each mode what it is for', () => {
    for (const [mode, words] of [
      ['destroy', 'will remove what is ours'],
      ['drift-only', 'were made outside mcpform'],
      ['rollback', 'will go back to an earlier generation'],
    ] as const) {
      expect(renderPlanText({ ...samplePlan, mode }, plain)).toContain(words);
    }
  });

  it('gives the reason of a conflict that only a finding knows', () => {
    const denied = { a: { ...finding('POLICY_DENIED'), hint: 'ask for it' } };
    const text = renderPlanText(planOf({ desired: [declared('a')], denied }), plain);
    expect(text).toContain('# a POLICY_DENIED in a test [POLICY_DENIED]\n      # fix: ask for it');
  });

  it('gives the reason why a file could not be read beside each entry in it', () => {
    const unavailable = { '/home/ada/.claude.json': { ...finding('INTERNAL'), hint: 'repair it' } };
    const text = renderPlanText(planOf({ desired: [declared('a')], unavailable }), plain);
    expect(text).toContain('because /home/ada/.claude.json could not be read');
    expect(text).toContain('# a INTERNAL in a test [INTERNAL]\n      # fix: repair it');
  });

  it('shows nothing that a terminal would act on', () => {
    const evil = '\u001b[2J\u202e\u200b\r\nx';
    const plan = planOf({
      desired: [declared('a', { command: `new${evil}`, [`k${evil}`]: 'v' })],
      observed: [there('a', { command: `old${evil}` })],
    });
    const poisoned: Plan = {
      ...plan,
      stack: `s${evil}`,
      steps: plan.steps.map((step) => ({
        ...step,
        address: `a${evil}`,
        place: { ...step.place, file: `f${evil}` },
      })),
      unchanged: [`u${evil}`],
      findings: [{ ...finding('INTERNAL'), message: `m${evil}`, hint: `h${evil}` }],
    };
    for (const compact of [true, false]) {
      const text = renderPlanText(poisoned, { ...plain, compact, showUnchanged: true, withFindings: true });
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
      expect(text).toContain('\\u001b[2J');
    }
  });
});

describe('the summary line', () => {
  const none: Summary = {
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    adopt: 0,
    move: 0,
    forget: 0,
    record: 0,
    conflict: 0,
    unchanged: 0,
  };

  it.each([
    [
      { create: 1, update: 1, delete: 1, adopt: 1, forget: 1, move: 1, conflict: 1, unchanged: 12 },
      'Plan: 1 to create, 1 to update, 1 to delete, 1 to adopt, 1 to forget, 1 to move, 1 in conflict; 12 unchanged.',
    ],
    [{ replace: 2, record: 1 }, 'Plan: 2 to replace, 1 to record.'],
    [{ conflict: 3, unchanged: 1 }, 'Plan: 3 in conflict; 1 unchanged.'],
    [{ unchanged: 12 }, 'No changes. 12 resources match.'],
    [{ unchanged: 1 }, 'No changes. 1 resource matches.'],
    [{}, 'No changes. There is nothing to do.'],
  ])('of %j', (counts, line) => {
    expect(summaryLine({ summary: { ...none, ...counts } })).toBe(line);
  });
});
