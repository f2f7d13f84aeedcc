import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { renderPlanMarkdown } from '../../src/report/plan-markdown.ts';
import { applied, declared, finding, planOf, there } from '../plan/world.ts';
import { emptyPlan, samplePlan } from './sample-plan.ts';

describe('a plan for a pull request', () => {
  it('reads as it always did', async () => {
    const text = renderPlanMarkdown(samplePlan, { cwd: '/repo' });
    await expect(text).toMatchFileSnapshot(`${import.meta.dirname}/golden/plan.md`);
  });

  it('is short when there is nothing to do', () => {
    expect(renderPlanMarkdown(emptyPlan)).toBe(
      '### Plan for `team-tools`\n\n**No changes. 1 resource matches.**\n',
    );
  });

  it('says when it cannot be applied, or is incomplete', () => {
    const text = renderPlanMarkdown({ ...samplePlan, isApplicable: false, isComplete: false });
    expect(text).toContain('**cannot be applied**');
    expect(text).toContain('**incomplete**');
  });

  describe('that somebody means to break out of', () => {
    const evil = '```\n</code></details><img src=x onerror=alert(1)> @everyone [x](http://evil) #1 `x` ~~~';
    const plan = planOf({ desired: [declared('a', { command: evil })] });
    const poisoned: Plan = {
      ...plan,
      stack: evil,
      steps: plan.steps.map((step) => ({ ...step, address: evil, place: { ...step.place, file: evil } })),
      findings: [{ ...finding('INTERNAL'), message: evil, hint: evil }],
    };
    const text = renderPlanMarkdown(poisoned);

    it('has no mark-up of theirs outside of code', () => {
      const outside = withoutCode(text);
      expect(outside).not.toMatch(/img|@everyone|evil|#1/);
    });

    it('closes what it opens', () => {
      expect(text.match(/<details/g)).toHaveLength(2);
      expect(withoutCode(text).match(/<\/details>/g)).toHaveLength(2);
    });
  });

  describe('that is too long for a comment', () => {
    const names = Array.from({ length: 400 }, (_, index) => `server-${String(index).padStart(3, '0')}`);
    const big = planOf({
      desired: names.slice(5).map((name) => declared(name)),
      entries: applied(...names.slice(0, 5)),
      observed: names.slice(0, 5).map((name) => there(name)),
    });

    it('drops the values first', () => {
      const text = renderPlanMarkdown(big, { maxLength: 40_000 });
      expect(text.length).toBeLessThanOrEqual(40_000);
      for (const name of names)
        expect(text).toMatch(new RegExp(`^ {2}[-+] claude-code/user/${name}[, ]`, 'm'));
    });

    it('then drops what loses nothing, and says how much', () => {
      const text = renderPlanMarkdown(big, { maxLength: 5_000 });
      expect(text.length).toBeLessThanOrEqual(5_000);
      for (const name of names.slice(0, 5)) expect(text).toContain(`- claude-code/user/${name},`);
      const shown = text.match(/^ {2}\+ claude-code/gm)?.length ?? 0;
      expect(shown).toBeGreaterThan(10);
      expect(text).toContain(`_${395 - shown} more steps not shown: see the full plan._`);
      expect(text).toContain('Plan: 395 to create, 5 to delete.');
    });

    it('keeps the summary and as many deletes as fit when nothing else does', () => {
      const all = planOf({
        mode: 'destroy',
        entries: applied(...names),
        observed: names.map((name) => there(name)),
      });
      const text = renderPlanMarkdown(all, { maxLength: 3_000 });
      expect(text.length).toBeLessThanOrEqual(3_000);
      expect(text).toContain('Plan: 400 to delete.');
      expect(text).toMatch(/ … and \d+ more of 400: see the full plan\n/);
    });
  });
});

/** What a Markdown reader would look at: without fenced blocks, `<code>` and code spans. */
function withoutCode(text: string): string {
  return text
    .replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '')
    .replace(/<code>[^<]*<\/code>/g, '')
    .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}
