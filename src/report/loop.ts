import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { Condition, PassError, PassReport, Transition } from '../model/loop.ts';
import { type Palette, palette, type TextOptions, wrap } from './style.ts';
import { localClock } from './times.ts';
import { count } from './words.ts';

/** One line about a pass; more when something failed. */
export function renderPass(report: PassReport, options: TextOptions): string {
  const colors = palette(options);
  const at = colors.dim(localClock(report.startedAt));
  const revision = isCommit(report.revision) ? ` ${colors.dim(escapeText(shortened(report.revision)))}` : '';
  const lines = [`${at} ${RESULT[report.result](colors)}${countsOf(report)}${revision}`];
  if (report.error !== undefined) lines.push(...errorLines(report.error, options));
  for (const [address, error] of Object.entries(report.failures ?? {})) {
    lines.push(`  ${escapeText(address)}`, ...errorLines(error, options));
  }
  return `${lines.join('\n')}\n`;
}

function errorLines({ code, message, hint }: PassError, options: TextOptions): readonly string[] {
  const { red } = palette(options);
  const title = `error[${code}]:`;
  const [first = '', ...rest] = wrap(`${title} ${escapeText(message)}`, options.width, '  ', '    ');
  return [
    first.replace(title, red(title)),
    ...rest,
    ...(hint === undefined ? [] : wrap(escapeText(hint), options.width, '  hint: ', '        ')),
  ];
}

const RESULT: Readonly<Record<PassReport['result'], (colors: Palette) => string>> = {
  'in-sync': (colors) => colors.green('in sync'),
  applied: (colors) => colors.green('applied'),
  pending: (colors) => colors.yellow('pending'),
  partial: (colors) => colors.yellow('partly applied'),
  failed: (colors) => colors.red('failed'),
  skipped: (colors) => colors.yellow('nothing to put in force'),
};

function countsOf({ done, failed, corrected, held }: PassReport): string {
  const left = Object.keys(held);
  const parts = [
    ...(done > 0 ? [count(done, 'step')] : []),
    ...(corrected.length > 0 ? [`${corrected.length} put back${which(corrected)}`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(left.length > 0 ? [`${left.length} left alone${which(left)}`] : []),
  ];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

/** The one that it is; more of them are only counted. */
function which(addresses: readonly Address[]): string {
  const [only, ...others] = addresses;
  return only === undefined || others.length > 0 ? '' : ` (${escapeText(only)})`;
}

/** A folder is the same in each line, and whoever started the loop knows it. */
function isCommit(revision: string | null): revision is string {
  return revision !== null && /[0-9a-f]{40}/.test(revision);
}

/** A commit in as many characters as people compare. */
function shortened(label: string): string {
  return label.replace(/\b([0-9a-f]{12})[0-9a-f]{28,52}\b/, '$1');
}

/** About a condition that is no longer what it was, below the pass that found it. */
export function renderTransition({ after }: Transition, options: TextOptions): string {
  return `${conditionLines(after, options).join('\n')}\n`;
}

const LONGEST = 'SourceVerified=Unknown'.length;

/** `isColumn`: below others, so that what they say begins in one column. */
export function conditionLines(
  { type, status, reason, message }: Condition,
  options: TextOptions,
  isColumn = false,
): readonly string[] {
  const colors = palette(options);
  const isGood =
    status === (type === 'Stalled' || type === 'Contended' || type === 'Reconciling' ? 'False' : 'True');
  const paint = status === 'Unknown' ? colors.dim : isGood ? colors.green : colors.yellow;
  const head = `${type}=${status}`;
  const title = isColumn ? head.padEnd(LONGEST) : head;
  const rest = isColumn ? ' '.repeat(LONGEST + 3) : '    ';
  const [first = '', ...more] = wrap(`${reason}: ${escapeText(message)}`, options.width, `  ${title} `, rest);
  return [`  ${paint(head)}${first.slice(2 + head.length)}`, ...more];
}
