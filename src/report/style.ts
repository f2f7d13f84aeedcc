import picocolors from 'picocolors';
import type { Severity } from '../model/finding.ts';
import type { Step } from '../model/plan.ts';

/** How text for a terminal is to look. Colour is never the only carrier of meaning. */
export interface TextOptions {
  readonly color: boolean;
  /** Columns; sentences are wrapped to it, values never. Absent: no wrapping. */
  readonly width?: number;
}

export type Palette = ReturnType<typeof picocolors.createColors>;

export function palette({ color }: Pick<TextOptions, 'color'>): Palette {
  return picocolors.createColors(color);
}

/** Terraform's symbols, and one each for what Terraform has none. */
export const SYMBOLS: Readonly<Record<Step['action'], string>> = {
  create: '+',
  update: '~',
  replace: '-/+',
  delete: '-',
  adopt: '=',
  move: '>',
  forget: '.',
  record: '*',
  conflict: '!',
};

export function paintAction(action: Step['action'], colors: Palette): (text: string) => string {
  switch (action) {
    case 'create':
      return colors.green;
    case 'update':
    case 'replace':
      return colors.yellow;
    case 'delete':
    case 'forget':
      return colors.red;
    case 'adopt':
    case 'move':
    case 'record':
      return colors.cyan;
    case 'conflict':
      return colors.magenta;
  }
}

export function paintSeverity(severity: Severity, colors: Palette): (text: string) => string {
  switch (severity) {
    case 'error':
      return colors.red;
    case 'warning':
      return colors.yellow;
    case 'info':
      return colors.cyan;
  }
}

/** Breaks a sentence at spaces. `first` and `rest` go before the first and every other line. */
export function wrap(
  text: string,
  width: number | undefined,
  first: string,
  rest: string,
): readonly string[] {
  if (width === undefined) return [first + text];
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
