import { escapeText } from '../formats/escape.ts';
import type { Event } from '../model/event.ts';
import type { SweepOutcome } from '../model/sweep.ts';
import { palette, SYMBOLS, type TextOptions, wrap } from './style.ts';

/** `- 3f2a9c1b7d40 (github) removed`; what failed with its reason and what to do. */
export function sweepOutcomeLines(
  { container, outcome }: Pick<Extract<Event, { kind: 'sweep.finished' }>, 'container' | 'outcome'>,
  options: TextOptions,
): readonly string[] {
  const colors = palette(options);
  const { error, result } = outcome;
  const symbol = SYMBOLS.delete.padStart(3);
  const reason = error === undefined ? '' : `: ${escapeText(error.message)} [${error.code}]`;
  const whose = escapeText(container.server ?? container.image);
  const text = `${container.id.slice(0, 12)} (${whose}) ${WORDS[result]}${reason}`;
  const [first = '', ...rest] = wrap(text, options.width, `${symbol} `, '      ');
  const hint =
    error?.hint === undefined ? [] : wrap(`hint: ${escapeText(error.hint)}`, options.width, '    ', '      ');
  return [colors.red(symbol) + first.slice(symbol.length), ...rest, ...hint];
}

const WORDS: Readonly<Record<SweepOutcome['result'], string>> = {
  removed: 'removed',
  gone: 'is gone already',
  kept: 'kept: it is no longer as it was shown',
  failed: 'not removed',
};

/** `2 removed, 1 failed.` */
export function renderSweepOutcomes(
  chosen: number,
  outcomes: readonly SweepOutcome[],
  options: TextOptions,
): string {
  const number = (wanted: SweepOutcome['result']): number =>
    outcomes.filter(({ result }) => result === wanted).length;
  const terms = [
    [number('removed'), 'removed'],
    [number('gone'), 'gone already'],
    [number('kept'), 'kept'],
    [number('failed'), 'failed'],
    [chosen - outcomes.length, 'not begun'],
  ] as const;
  const words = terms.filter(([some]) => some > 0).map(([some, word]) => `${some} ${word}`);
  return `${palette(options).bold(`${words.join(', ')}.`)}\n`;
}
