import { escapeText } from '../formats/escape.ts';
import type { Plan, Step } from '../model/plan.ts';
import { findingsLine, renderFindings } from './findings.ts';
import { compactLine, renderStepBody } from './plan-text.ts';
import { SYMBOLS } from './style.ts';
import { betweenWords, count, headline, summaryLine } from './words.ts';

export interface MarkdownOptions {
  /** Characters. GitHub refuses comments of more than 65,536. */
  readonly maxLength?: number;
  /** Shortens the paths of files that findings point at. */
  readonly cwd?: string;
}

/**
 * A plan for a pull request. All that came from outside stands in code, where GitHub renders no Markdown, HTML,
 * link or mention. What is too long loses the values first, then the steps that lose nothing; the summary, and
 * what deletes, replaces or is in conflict, go last.
 */
export function renderPlanMarkdown(plan: Plan, options: MarkdownOptions = {}): string {
  const { maxLength = 60_000 } = options;
  const head = [`### Plan for ${codeSpan(plan.stack)}`, `**${summaryLine(plan)}**`, ...notes(plan)];
  const findings = findingsBlock(plan, options);
  const risky = plan.steps.filter(isRisky);
  const versions: readonly (() => readonly string[])[] = [
    () => [...plan.steps.map((step) => details(step, plan)), ...findings],
    () => [...compact(plan.steps, plan.steps.length), ...findings],
    () => [...compact(risky, plan.steps.length), ...findings],
    () => compact(risky, plan.steps.length),
  ];
  for (const version of versions) {
    const text = `${[...head, ...version()].join('\n\n')}\n`;
    if (text.length <= maxLength) return text;
  }
  return `${[...head, ...cut(risky, plan.steps.length, maxLength - head.join('\n\n').length)].join('\n\n')}\n`;
}

function notes(plan: Plan): readonly string[] {
  const notes: string[] = [];
  if (plan.between !== undefined) {
    notes.push(`${betweenWords(plan.between)}: what changes on every machine that had converged.`);
  }
  if (!plan.isApplicable) notes.push('This plan **cannot be applied** as it is: see the errors below.');
  if (!plan.isComplete && plan.mode !== 'drift-only') {
    notes.push('This plan is **incomplete**: something was left out, or could not be read.');
  }
  return notes;
}

function details(step: Step, plan: Plan): string {
  const title = escapeHtml(`${SYMBOLS[step.action]} ${headline(step)}`);
  const open = isRisky(step) ? ' open' : '';
  const body = fence(renderStepBody(step, plan.findings, { color: false }));
  return `<details${open}><summary><code>${title}</code></summary>\n\n${body}\n\n</details>`;
}

function isRisky(step: Step): boolean {
  return step.isDestructive || step.action === 'conflict';
}

/** One line per step, in one block, and how many are not in it. */
function compact(steps: readonly Step[], total: number): readonly string[] {
  const left = total - steps.length;
  const block = steps.length === 0 ? [] : [fence(steps.map((step) => compactLine(step)).join('\n'))];
  return left === 0 ? block : [...block, `_${count(left, 'more step')} not shown: see the full plan._`];
}

function cut(steps: readonly Step[], total: number, room: number): readonly string[] {
  // The fence and the last sentence need some of it.
  let left = room - 200;
  const fitting = steps.findIndex((step) => {
    left -= compactLine(step).length + 1;
    return left < 0;
  });
  return compact(fitting === -1 ? steps : steps.slice(0, fitting), total);
}

function findingsBlock(plan: Plan, { cwd }: MarkdownOptions): readonly string[] {
  if (plan.findings.length === 0) return [];
  const options = { color: false, width: 100, ...(cwd === undefined ? {} : { cwd }) };
  const title = findingsLine(plan.findings) || count(plan.findings.length, 'note');
  const body = fence(renderFindings(plan.findings, options).trimEnd());
  return [`<details open><summary>${title}</summary>\n\n${body}\n\n</details>`];
}

/** A code block whose fence is longer than any run of backticks inside. */
function fence(text: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}text\n${text}\n${ticks}`;
}

function codeSpan(text: string): string {
  const ticks = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${escapeText(text)}${pad}${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
