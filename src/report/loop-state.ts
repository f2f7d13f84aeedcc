import { escapeText } from '../formats/escape.ts';
import type { Contention, LoopState, Suspension } from '../model/loop.ts';
import { conditionLines } from './loop.ts';
import { type TextOptions, wrap } from './style.ts';
import { localTime } from './times.ts';

/** What the loop of a stack knows, for `status`. `isRunning`: null where nobody can tell. */
export function renderLoopState(state: LoopState, isRunning: boolean | null, options: TextOptions): string {
  const is = isRunning === null ? '' : isRunning ? 'runs; ' : 'does not run; ';
  const source = state.source === null ? '' : ` of ${escapeText(state.source)}`;
  const left = [
    ...Object.entries(state.suspended).map(([address, each]) => suspensionWords(address, each)),
    ...Object.values(state.contended).map((each) => contentionWords(each)),
  ];
  return [
    `Loop: ${is}${state.passes} ${state.passes === 1 ? 'pass' : 'passes'}${source}${isRunning === false ? '; as it last was' : ''}`,
    ...state.conditions.flatMap((condition) => conditionLines(condition, options, true)),
    ...left.flatMap((words) => wrap(words, options.width, '  ', '    ')),
    '',
  ].join('\n');
}

/** Why the loop leaves an address alone, for `explain`; none when it does not. */
export function renderLeftAlone(
  { suspended, contended }: Pick<LoopState, 'suspended' | 'contended'>,
  address: string,
  options: TextOptions,
): string {
  const suspensions = [address, '*'].flatMap((each) => {
    const suspension = suspended[each];
    return suspension === undefined ? [] : [suspensionWords(each, suspension)];
  });
  const contention = contended[address];
  const left = [...suspensions, ...(contention === undefined ? [] : [contentionWords(contention)])];
  if (left.length === 0) return '';
  const lines = left.flatMap((words) => wrap(words, options.width, '  ', '    '));
  return `\n${['The loop leaves it alone:', ...lines].join('\n')}\n`;
}

/** `isQuiet`: no pass of the loop that began before is under way. */
export function suspendedWords(
  address: string,
  suspension: Suspension,
  { isQuiet, width }: { readonly isQuiet: boolean } & Pick<TextOptions, 'width'>,
): string {
  const words = suspensionWords(address, suspension).replace(/^suspended: /, 'Suspended: ');
  return `${wrap(words, width, '', '  ').join('\n')}\n${isQuiet ? '' : 'A pass of the loop is under way, and ends what it began before.\n'}`;
}

function suspensionWords(address: string, { until, reason }: Suspension): string {
  const what = address === '*' ? 'everything' : escapeText(address);
  const end = until === undefined ? '' : `${localTime(until)} or `;
  const why = reason === undefined ? '' : ` (${escapeText(reason)})`;
  return `suspended: ${what} until ${end}\`mcpform resume${address === '*' ? '' : ` ${what}`}\`${why}`;
}

function contentionWords({ address, pointers, suspects, since }: Contention): string {
  const what = escapeText(address);
  const where = pointers.map((each) => escapeText(each)).join(', ');
  const who = suspects.length === 0 ? '' : `, perhaps by ${suspects.map(escapeText).join(', ')}`;
  return `contended: ${what}, changed back again and again${where === '' ? '' : ` at ${where}`}${who}, since ${localTime(since)}; \`mcpform resume ${what}\` tries again`;
}
