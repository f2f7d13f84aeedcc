import { escapeText } from '../formats/escape.ts';
import type { Diagnosis } from '../model/provider.ts';
import { type Palette, palette, type TextOptions } from './style.ts';
import { count } from './words.ts';

const MARKS: Readonly<Record<Diagnosis['state'], string>> = { ok: 'ok', warning: 'note', failed: 'FAIL' };

/** `doctor`: one line per check, the way out below what is wrong. */
export function renderDiagnoses(diagnoses: readonly Diagnosis[], options: TextOptions): string {
  const colors = palette(options);
  const longest = Math.max(...diagnoses.map(({ check }) => check.length));
  const lines = diagnoses.flatMap(({ check, state, detail, hint }) => [
    `${paint(state, colors)(MARKS[state].padEnd(4))}  ${check.padEnd(longest)}  ${escapeText(detail)}`,
    ...(hint === undefined ? [] : [`${' '.repeat(longest + 8)}${escapeText(hint)}`]),
  ]);
  const failures = diagnoses.filter(({ state }) => state === 'failed').length;
  const verdict = failures === 0 ? 'Ready.' : `${count(failures, 'check')} failed.`;
  return `${[...lines, '', colors.bold(verdict)].join('\n')}\n`;
}

function paint(state: Diagnosis['state'], colors: Palette): (text: string) => string {
  switch (state) {
    case 'ok':
      return colors.green;
    case 'warning':
      return colors.yellow;
    case 'failed':
      return colors.red;
  }
}
