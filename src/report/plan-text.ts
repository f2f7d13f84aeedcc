import { escapeText } from '../formats/escape.ts';
import type { Finding } from '../model/finding.ts';
import type { PathChange, Plan, Step } from '../model/plan.ts';
import { renderFindings } from './findings.ts';
import { pinWords, shortPinWords } from './pin-words.ts';
import { type Palette, paintAction, palette, SYMBOLS, type TextOptions, wrap } from './style.ts';
import { changeSymbol, showPointer, showSides } from './values.ts';
import {
  becauseWords,
  betweenWords,
  CAUSE,
  conflictFixes,
  headline,
  secretWords,
  summaryLine,
} from './words.ts';

export interface PlanTextOptions extends TextOptions {
  /** One line per step, no values. */
  readonly compact?: boolean;
  /** Also lists what needs nothing. */
  readonly showUnchanged?: boolean;
  /** Also prints the findings, which otherwise have their own place. */
  readonly withFindings?: boolean;
  /** Shortens the paths of files that findings point at. */
  readonly cwd?: string;
}

/** A plan for people, in Terraform's grammar. Ends with the one summary line and a line end. */
export function renderPlanText(plan: Plan, options: PlanTextOptions): string {
  const colors = palette(options);
  const sections = [
    options.compact ? '' : legend(plan, colors),
    steps(plan, options, colors),
    options.showUnchanged ? unchanged(plan) : '',
    options.withFindings ? renderFindings(plan.findings, options).trimEnd() : '',
    [...notes(plan, options), colors.bold(summaryLine(plan))].join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const LEGEND: readonly [Step['action'], string][] = [
  ['create', 'create'],
  ['update', 'update in place'],
  ['replace', 'delete and create again'],
  ['delete', 'delete'],
  ['adopt', 'adopt: already there as declared'],
  ['move', 'move'],
  ['forget', 'forget: leave it, no longer ours'],
  ['record', 'record: nothing but our books changes'],
  ['conflict', 'conflict: left alone until you decide'],
];

/** Only the symbols in use. */
function legend(plan: Plan, colors: Palette): string {
  const used = LEGEND.filter(([action]) => plan.summary[action] > 0);
  if (used.length === 0) return '';
  const lines = used.map(([action, words]) => {
    return `  ${paintAction(action, colors)(SYMBOLS[action].padStart(3))} ${words}`;
  });
  return [`${introduction(plan)} ${escapeText(plan.stack)}:`, ...lines].join('\n');
}

function introduction({ mode, between }: Plan): string {
  if (mode !== 'static' || between === undefined) return INTRODUCTION[mode];
  return `${betweenWords(between)}, this changes on every machine that had converged to stack`;
}

const INTRODUCTION: Readonly<Record<Plan['mode'], string>> = {
  apply: 'mcpform will make these changes to stack',
  destroy: 'mcpform will remove what is ours of stack',
  'drift-only': 'These changes were made outside mcpform to stack',
  rollback: 'mcpform will go back to an earlier generation of stack',
  static: 'Between two revisions, this changes on every machine that had converged to stack',
};

function steps(plan: Plan, options: PlanTextOptions, colors: Palette): string {
  if (options.compact) return plan.steps.map((step) => compactLine(step, colors)).join('\n');
  return plan.steps.map((step) => renderStep(step, plan.findings, options)).join('\n\n');
}

/** A step on one line, without values. */
export function compactLine(step: Step, colors: Palette = palette({ color: false })): string {
  const symbol = paintAction(step.action, colors)(SYMBOLS[step.action].padStart(3));
  const from = step.previousAddress === undefined ? '' : ` (was ${escapeText(step.previousAddress)})`;
  const isListed = step.action === 'update' || step.action === 'replace' || step.action === 'move';
  const paths = isListed && step.paths.length > 0 ? `: ${step.paths.map(compactPath).join(', ')}` : '';
  const { before, after } = step.pin ?? {};
  const pin = before === undefined || after === undefined ? '' : ` [${shortPinWords(before, after)}]`;
  return `${symbol} ${escapeText(step.address)}${from}, ${becauseWords(step)}${paths}${pin}`;
}

function compactPath(path: PathChange): string {
  return `${changeSymbol(path)}${showPointer(path.pointer)}${path.cause === 'config' ? '' : ` (${path.cause})`}`;
}

/** A step with its reason, what changes and, for a conflict, the ways out. */
export function renderStep(step: Step, findings: readonly Finding[], options: TextOptions): string {
  const { bold } = palette(options);
  const reason = wrap(headline(step), options.width, '    # ', '    #   ').map((line) => bold(line));
  return [...reason, renderStepBody(step, findings, options)].join('\n');
}

/** The same without the sentence above it. */
export function renderStepBody(step: Step, findings: readonly Finding[], options: TextOptions): string {
  const colors = palette(options);
  const symbol = paintAction(step.action, colors)(SYMBOLS[step.action].padStart(3));
  const old = step.previousPlace?.file ?? step.place.file;
  const from = old === step.place.file ? '' : `, from ${escapeText(old)}`;
  return [
    `${symbol} ${escapeText(step.address)} ${colors.dim(`in ${escapeText(step.place.file)}${from}`)}`,
    ...attributes(step, options, colors),
    ...(step.pin === undefined
      ? []
      : [colors.dim(`      # pinned: ${pinWords(step.pin.before ?? null, step.pin.after)}`)]),
    ...step.secrets.map((secret) => colors.dim(`      # ${secretWords(secret)}`)),
    ...reasons(step, findings, options),
  ].join('\n');
}

function attributes(step: Step, options: TextOptions, colors: Palette): readonly string[] {
  const { paths, action } = step;
  const names = paths.map(({ pointer }) => showPointer(pointer));
  const longest = Math.min(Math.max(0, ...names.map((name) => name.length)), 32);
  return paths.flatMap((path, index) => {
    // What somebody modified is shown as it is: nothing would be removed.
    const symbol = step.because === 'modified' ? '~' : changeSymbol(path);
    const paint = paintAction(symbol === '+' ? 'create' : symbol === '-' ? 'delete' : 'update', colors);
    const start = `      ${symbol} ${(names[index] as string).padEnd(longest)} = `;
    const lines = sides(path, start, options);
    const cause = action === 'conflict' && step.because !== 'modified' ? '' : CAUSE[path.cause];
    const reasons = [path.forcesReplacement ? 'forces replacement' : '', cause].filter(Boolean);
    const remark = reasons.length === 0 ? '' : colors.dim(` # ${reasons.join(', ')}`);
    return lines.map((line, at) => {
      const painted = at === 0 ? line.replace(symbol, () => paint(symbol)) : line;
      return at === lines.length - 1 ? painted + remark : painted;
    });
  });
}

/** `before -> after`, on two lines where one is too long. */
function sides(path: PathChange, start: string, { width }: TextOptions): readonly string[] {
  const { before, after } = showSides(path);
  if (before === null || after === null) return [`${start}${before ?? after ?? ''}`];
  const line = `${start}${before} -> ${after}`;
  if (width === undefined || line.length <= width) return [line];
  return [`${start}${before}`, `${' '.repeat(start.length - 3)}-> ${after}`];
}

/** Why a conflict is one, where only a finding knows, and the ways out. */
function reasons(step: Step, findings: readonly Finding[], { width }: TextOptions): readonly string[] {
  if (step.action !== 'conflict') return [];
  const about = findings.filter((finding) => isAbout(finding, step));
  const lines = about.flatMap(({ code, message }) => {
    return wrap(`${escapeText(message)} [${code}]`, width, '      # ', '      #   ');
  });
  const fixes = conflictFixes(step, about).flatMap((fix, index) => {
    return wrap(fix, width, index === 0 ? '      # fix: ' : '      #      ', '      #        ');
  });
  return [...lines, ...fixes];
}

function isAbout(finding: Finding, step: Step): boolean {
  if (step.because === 'unavailable') {
    const files = [step.place.file, step.previousPlace?.file];
    return finding.address === undefined && finding.at !== undefined && files.includes(finding.at.file);
  }
  if (step.because === 'blocked' && step.isLeaving === true) return finding.code === 'PLAN_FILES_CHANGED';
  const isExplained = step.because === 'blocked' || step.because === 'denied' || step.because === 'modified';
  return isExplained && finding.address === step.address && finding.severity !== 'info';
}

function unchanged(plan: Plan): string {
  return plan.unchanged.map((address) => `    ${escapeText(address)} is unchanged`).join('\n');
}

/** What the summary cannot say. */
function notes(plan: Plan, { width }: TextOptions): readonly string[] {
  const notes: string[] = [];
  if (!plan.isComplete && plan.mode !== 'drift-only') {
    notes.push('This plan is incomplete: something was left out, or could not be read.');
  }
  if (!plan.isApplicable) notes.push('This plan cannot be applied as it is: see the errors above.');
  return notes.length === 0 ? [] : [...notes.flatMap((note) => wrap(note, width, '', '')), ''];
}
