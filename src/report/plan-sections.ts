import { escapeText } from '../formats/escape.ts';
import type { Plan, Step } from '../model/plan.ts';
import { clip } from './clip.ts';
import { countServers } from './count-servers.ts';
import { findingsBlock } from './findings-markdown.ts';
import { codeSpan, fence, folded, htmlCode } from './markdown-code.ts';
import { alertBlock } from './plan-alert.ts';
import { compactLine, renderStepBody } from './plan-text.ts';
import { isRisky, type Risk, risksOf } from './risks.ts';
import { SYMBOLS } from './style.ts';
import { versionsBlock } from './versions-markdown.ts';
import { count, headline, summaryLine } from './words.ts';

/** How much of a plan is shown, from everything to what is never left out. */
export type Detail = 'values' | 'risky-values' | 'lines' | 'risky-lines' | 'names';

export const DETAILS: readonly Detail[] = ['values', 'risky-values', 'lines', 'risky-lines', 'names'];

export interface SectionOptions {
  readonly detail: Detail;
  /** Bytes for each that `roomTakers` counts. */
  readonly room: number;
  /** Shortens the paths of files that findings point at. */
  readonly cwd?: string;
}

/** The blocks of one plan below its heading: the summary, what is dangerous, what happens. */
export function planSections(plan: Plan, options: SectionOptions): readonly string[] {
  const { detail, room } = options;
  const risks = risksOf(plan);
  const risky = risks.flatMap(({ steps }) => steps);
  const rest = plan.steps.filter((step) => !isRisky(step));
  const start = [summary(plan), ...alertBlock(plan, { withNames: detail !== 'names' })];
  const findings = findingsBlock(plan.findings, options);
  switch (detail) {
    case 'values':
      return [...start, ...values(risky, plan), ...versionsBlock(plan), ...values(rest, plan), ...findings];
    case 'risky-values':
      return [...start, ...values(risky, plan), ...versionsBlock(plan), ...lines(rest), ...findings];
    case 'lines':
      return [...start, ...lines([...risky, ...rest]), ...findings];
    case 'risky-lines':
      return [...start, ...lines(risky), ...someLines(rest, room), ...findings];
    case 'names':
      return [...start, ...groups(risks, room), ...left(rest), ...findings];
  }
}

/** How many parts of a plan grow with the room there is. */
export function roomTakers(plan: Plan, detail: Detail): number {
  if (detail === 'risky-lines') return plan.steps.every(isRisky) ? 0 : 1;
  return detail === 'names' ? risksOf(plan).length : 0;
}

function summary(plan: Plan): string {
  const servers = countServers(plan);
  const affected = servers === 0 ? '' : ` Affects ${count(servers, 'server')}.`;
  return `**${summaryLine(plan)}**${affected}${between(plan)}`;
}

function between({ between }: Plan): string {
  if (between === undefined) return '';
  const [from, to] = [between.from, between.to].map((id) =>
    id === null ? 'the work tree' : codeSpan(id.slice(0, 12)),
  );
  return ` Between ${from} and ${to}, on every machine that had converged.`;
}

/** Each step behind its sentence; open where it loses something. */
function values(steps: readonly Step[], plan: Plan): readonly string[] {
  return steps.map((step) => {
    const title = htmlCode(`${SYMBOLS[step.action]} ${headline(step)}`);
    const all = renderStepBody(step, plan.findings, { color: false }).split('\n');
    const shown = all.slice(0, MAX_LINES).map((line) => clip(line, MAX_WIDTH));
    const cut = all.length - shown.length;
    const note = cut === 0 ? [] : [`      … and ${count(cut, 'more line')}`];
    return folded(title, fence([...shown, ...note].join('\n')), isRisky(step));
  });
}

/** Of one step: a value may be a megabyte, and there may be many. */
const MAX_LINES = 200;
const MAX_WIDTH = 2_000;

function lines(steps: readonly Step[]): readonly string[] {
  if (steps.length === 0) return [];
  return [fence(steps.map((step) => compactLine(step)).join('\n'))];
}

/** As many as there is room for, and how many are left. */
function someLines(steps: readonly Step[], room: number): readonly string[] {
  let used = FENCE;
  const first = steps.findIndex((step) => {
    used += Buffer.byteLength(compactLine(step)) + 1;
    return used > room;
  });
  if (first === -1) return lines(steps);
  return [...lines(steps.slice(0, first)), ...left(steps.slice(first))];
}

/** Bytes of a fence, and of the lines between it and the next block. */
const FENCE = 20;

function left(steps: readonly Step[]): readonly string[] {
  return steps.length === 0 ? [] : [`_${count(steps.length, 'more step')} not shown: see the full plan._`];
}

/** Under each action as many names as there is room for. The counts are always exact. */
function groups(risks: readonly Risk[], room: number): readonly string[] {
  if (risks.length === 0) return [];
  return [fence(risks.map((risk) => group(risk, room)).join('\n'))];
}

function group({ action, steps }: Risk, room: number): string {
  const names: string[] = [];
  let used = 0;
  for (const { address } of steps) {
    const name = `      ${clip(escapeText(address), MAX_NAME)}`;
    used += Buffer.byteLength(name) + 1;
    if (used > room) break;
    names.push(name);
  }
  const cut = steps.length - names.length;
  const more = cut === 0 ? [] : [`      … and ${cut} more of ${steps.length}: see the full plan`];
  return [`${SYMBOLS[action].padStart(3)} ${action} ${steps.length}:`, ...names, ...more].join('\n');
}

const MAX_NAME = 300;
