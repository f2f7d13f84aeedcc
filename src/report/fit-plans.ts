import type { Plan, Summary } from '../model/plan.ts';
import { clip, clipTexts } from './clip.ts';
import { codeSpan } from './markdown-code.ts';
import { DETAILS, type Detail, planSections, roomTakers } from './plan-sections.ts';
import { isRisky } from './risks.ts';
import { count, summaryLine } from './words.ts';

export interface ShownPlan {
  readonly plan: Plan;
  /** The manifest, as a reader names it. */
  readonly file?: string;
}

export interface FitOptions {
  /** What stands before and after the plans; always whole. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Bytes of UTF-8: never fewer than characters, whichever way somebody counts those. */
  readonly maxLength: number;
  /** Shortens the paths of files that findings point at. */
  readonly cwd?: string;
}

/** Characters of one value or name, before anything is made of it. */
const MAX_TEXT = 1_000;

/**
 * Plans as Markdown, with as much of them as fits: values go first, then the values of what loses something too,
 * then lines of steps that lose nothing, one by one. What loses something is named as long as there is room, and
 * always counted; the summaries stay.
 */
export function fitPlans(shown: readonly ShownPlan[], options: FitOptions): string {
  const plans = shown.map(({ plan, ...rest }) => ({ ...rest, plan: clipTexts(plan, MAX_TEXT) }));
  for (const detail of DETAILS) {
    if (isHopeless(plans, detail, options)) continue;
    const text = whole(plans, detail, 0, options);
    if (fits(text, options)) return filled(text, plans, detail, options);
  }
  return totals(plans, options);
}

/** With what room there is given to those that can use it; their frames may need some of it. */
function filled(bare: string, plans: readonly ShownPlan[], detail: Detail, options: FitOptions): string {
  const takers = plans.reduce((sum, { plan }) => sum + roomTakers(plan, detail), 0);
  const room = options.maxLength - Buffer.byteLength(bare);
  for (
    let share = Math.floor(room / Math.max(1, takers));
    takers > 0 && share > 0;
    share = Math.floor(share / 2)
  ) {
    const text = whole(plans, detail, share, options);
    if (fits(text, options)) return text;
  }
  return bare;
}

/** Whether not even the shortest steps would fit: thousands of them need not be put in words to know that. */
function isHopeless(plans: readonly ShownPlan[], detail: Detail, { maxLength }: FitOptions): boolean {
  if (detail === 'names') return false;
  const steps = plans.reduce((sum, { plan }) => {
    return sum + (detail === 'risky-lines' ? plan.steps.filter(isRisky) : plan.steps).length;
  }, 0);
  return steps * (detail === 'values' ? LEAST_FOLDED : LEAST_LINE) > maxLength;
}

/** Bytes of the least that can be said of a step: `- a, it is declared and not there`, or its frame. */
const LEAST_LINE = 20;
const LEAST_FOLDED = 100;

function fits(text: string, { maxLength }: FitOptions): boolean {
  return text.length <= maxLength && Buffer.byteLength(text) <= maxLength;
}

function whole(plans: readonly ShownPlan[], detail: Detail, room: number, options: FitOptions): string {
  const { cwd } = options;
  const sections = plans.flatMap(({ plan, file }) => {
    return [
      heading(plan, file),
      ...planSections(plan, { detail, room, ...(cwd === undefined ? {} : { cwd }) }),
    ];
  });
  return join([...sum(plans), ...sections], options);
}

function heading(plan: Plan, file: string | undefined): string {
  const from = file === undefined ? '' : ` in ${codeSpan(file)}`;
  return `### ${TITLES[plan.mode] ?? 'Plan for'} ${codeSpan(plan.stack)}${from}`;
}

const TITLES: Readonly<Partial<Record<string, string>>> = {
  destroy: 'Plan to destroy',
  'drift-only': 'Drift of',
  rollback: 'Plan to roll back',
};

/** Of several plans, what they come to. */
function sum(plans: readonly ShownPlan[]): readonly string[] {
  if (plans.length < 2) return [];
  return [`**${count(plans.length, 'stack')}. ${summaryLine({ summary: total(plans) })}**`];
}

function total(plans: readonly ShownPlan[]): Summary {
  const [first, ...rest] = plans.map(({ plan }) => plan.summary);
  return rest.reduce<Summary>((sum, summary) => {
    const add = (key: keyof Summary): number => sum[key] + summary[key];
    return {
      record: add('record'),
      create: add('create'),
      update: add('update'),
      replace: add('replace'),
      delete: add('delete'),
      adopt: add('adopt'),
      move: add('move'),
      forget: add('forget'),
      conflict: add('conflict'),
      unchanged: add('unchanged'),
    };
  }, first as Summary);
}

/** More stacks than there is room for: a line each, and how many are left. */
function totals(plans: readonly ShownPlan[], options: FitOptions): string {
  const lines = plans.map(({ plan }) => `- ${codeSpan(clip(plan.stack, 100))}: ${summaryLine(plan)}`);
  const shown: string[] = [];
  let used = Buffer.byteLength(join([...sum(plans), rest(plans.length)], options)) + 2;
  for (const line of lines) {
    used += Buffer.byteLength(line) + 1;
    if (used > options.maxLength) break;
    shown.push(line);
  }
  const left = lines.length - shown.length;
  const list = shown.length === 0 ? [] : [shown.join('\n')];
  return join([...sum(plans), ...list, ...(left === 0 ? [] : [rest(left)])], options);
}

function rest(stacks: number): string {
  return `_${count(stacks, 'more stack')} not shown: see the full plan._`;
}

function join(sections: readonly string[], { before = [], after = [] }: FitOptions): string {
  return `${[...before, ...sections, ...after].join('\n\n')}\n`;
}
