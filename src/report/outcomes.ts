import { escapeText } from '../formats/escape.ts';
import type { Outcome } from '../model/event.ts';
import { renderFindings } from './findings.ts';
import { paintAction, palette, SYMBOLS, type TextOptions, wrap } from './style.ts';
import { outcomesLine, outcomeWords } from './words.ts';

/**
 * What became of the steps: what did not go as planned, each with the reason and what to do, then all of it in
 * one line. What went well is only counted.
 */
export function renderOutcomes(outcomes: readonly Outcome[], options: TextOptions): string {
  const colors = palette(options);
  const findings = renderFindings(
    outcomes.flatMap((outcome) => outcome.findings),
    options,
  );
  // What was in conflict was said with the plan.
  const unhappy = outcomes.filter(({ action, result }) => result !== 'done' && action !== 'conflict');
  const lines = unhappy.flatMap((outcome) => outcomeLines(outcome, options));
  const line = outcomesLine(outcomes);
  const end = colors.bold(`${line[0]?.toUpperCase()}${line.slice(1)}.`);
  return `${[findings.trimEnd(), lines.join('\n'), end].filter((part) => part !== '').join('\n\n')}\n`;
}

/**
 * One outcome: `~ claude-code/user/github not updated: the file is busy [APPLY_BUSY]`, what the failing part said last,
 * and a hint.
 */
export function outcomeLines(outcome: Outcome, options: TextOptions): readonly string[] {
  const colors = palette(options);
  const { address, action, result, error } = outcome;
  const symbol = SYMBOLS[action].padStart(3);
  const paint = result === 'done' ? paintAction(action, colors) : colors.red;
  const reason = error === undefined ? '' : `: ${escapeText(error.message)} [${error.code}]`;
  const text = `${escapeText(address)} ${outcomeWords(outcome)}${reason}`;
  const [first = '', ...rest] = wrap(text, options.width, `${symbol} `, '      ');
  const detail = (error?.detail ?? []).map((line) => `    ${colors.dim('|')} ${escapeText(line)}`);
  const hint =
    error?.hint === undefined ? [] : wrap(`hint: ${escapeText(error.hint)}`, options.width, '    ', '      ');
  return [paint(symbol) + first.slice(symbol.length), ...rest, ...detail, ...hint];
}
