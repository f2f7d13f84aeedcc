import { escapeText } from '../formats/escape.ts';
import type { Condition, LoopState, PassError, PassReport, Suspension, Transition } from '../model/loop.ts';
import { type Palette, palette, type TextOptions } from './style.ts';
import { count } from './words.ts';

/** One line about a pass; more when something failed. */
export function renderPass(report: PassReport, options: TextOptions): string {
  const colors = palette(options);
  const at = colors.dim(report.startedAt.slice(11, 19));
  const revision = report.revision === null ? '' : ` ${colors.dim(escapeText(shortened(report.revision)))}`;
  const lines = [`${at} ${RESULT[report.result](colors)}${countsOf(report)}${revision}`];
  if (report.error !== undefined) lines.push(...errorLines(report.error, colors));
  for (const [address, error] of Object.entries(report.failures ?? {})) {
    lines.push(`  ${escapeText(address)}`, ...errorLines(error, colors));
  }
  return `${lines.join('\n')}\n`;
}

function errorLines({ code, message, hint }: PassError, colors: Palette): readonly string[] {
  return [
    `  ${colors.red(`error[${code}]`)}: ${escapeText(message)}`,
    ...(hint === undefined ? [] : [`  hint: ${escapeText(hint)}`]),
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
  const left = Object.keys(held).length;
  const parts = [
    ...(done > 0 ? [count(done, 'step')] : []),
    ...(corrected.length > 0 ? [`${corrected.length} put back`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(left > 0 ? [`${left} left alone`] : []),
  ];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

/** A commit in as many characters as people compare. */
function shortened(label: string): string {
  return label.replace(/\b([0-9a-f]{12})[0-9a-f]{28,52}\b/, '$1');
}

/** One line about a condition that is no longer what it was. */
export function renderTransition({ after, addresses }: Transition, options: TextOptions): string {
  const about = addresses.length === 0 ? '' : ` (${addresses.map(escapeText).join(', ')})`;
  return `${conditionLine(after, palette(options))}${about}\n`;
}

function conditionLine({ type, status, reason, message }: Condition, colors: Palette): string {
  const isGood =
    status === (type === 'Stalled' || type === 'Contended' || type === 'Reconciling' ? 'False' : 'True');
  const paint = status === 'Unknown' ? colors.dim : isGood ? colors.green : colors.yellow;
  return `${paint(`${type}=${status}`)} ${reason}: ${escapeText(message)}`;
}

/** What the loop of a stack knows, for `status`. */
export function renderLoopState(state: LoopState, options: TextOptions): string {
  const colors = palette(options);
  const suspended = Object.entries(state.suspended).map(
    ([address, suspension]) => `  ${suspensionWords(address, suspension)}`,
  );
  const contended = Object.values(state.contended).map(
    ({ address, pointers, suspects }) =>
      `  contended: ${escapeText(address)} at ${pointers.map(escapeText).join(', ')}${suspects.length === 0 ? '' : `; perhaps by ${suspects.map(escapeText).join(', ')}`}`,
  );
  return [
    `Loop: ${state.passes} ${state.passes === 1 ? 'pass' : 'passes'}${state.source === null ? '' : ` of ${escapeText(state.source)}`}`,
    ...state.conditions.map((condition) => `  ${conditionLine(condition, colors)}`),
    ...suspended,
    ...contended,
    '',
  ].join('\n');
}

function suspensionWords(address: string, { until, reason }: Suspension): string {
  const what = address === '*' ? 'everything' : escapeText(address);
  const end = until === undefined ? 'until somebody resumes it' : `until ${until}`;
  return `suspended: ${what} ${end}${reason === undefined ? '' : ` (${escapeText(reason)})`}`;
}

/** `isQuiet`: no pass of the loop that began before is under way. */
export function suspendedWords(address: string, suspension: Suspension, isQuiet: boolean): string {
  const words = suspensionWords(address, suspension).replace(/^suspended: /, 'Suspended: ');
  return `${words}\n${isQuiet ? '' : 'A pass of the loop is under way, and ends what it began before.\n'}`;
}
