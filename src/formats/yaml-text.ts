import type { At } from '../model/finding.ts';
import { redactLine } from './redact.ts';

/** Lines longer than this have no excerpt: nobody reads them, and a mark under them means nothing. */
const LONGEST_EXCERPT = 500;

/** Turns offsets into a text (without its byte order mark) into places that a person can go to. */
export interface YamlText {
  readonly text: string;
  /** Where an offset is: line and column from 1, columns in UTF-16 units, and the line without credentials. */
  locate(offset: number): Required<Pick<At, 'line' | 'column'>> & Pick<At, 'excerpt'>;
  /** Shows `*` for a part of the text in every excerpt from now on. */
  hide(start: number, end: number): void;
}

/** Finds the line starts when the first place is asked for: a text without findings never pays for them. */
export function yamlText(text: string): YamlText {
  let starts: readonly number[] | null = null;
  const lines = new Map<number, Line>();
  const hidden: Hidden[] = [];
  return {
    text,
    locate(offset) {
      starts ??= lineStarts(text);
      const number = lineAt(starts, offset);
      const start = starts[number] as number;
      const line = lines.get(number) ?? readLine(text, start, hidden);
      lines.set(number, line);
      const at = { line: number + 1, column: Math.min(offset - start, line.length) + 1 };
      return line.excerpt === null ? at : { ...at, excerpt: line.excerpt };
    },
    hide(start, end) {
      hidden.push({ start, end });
    },
  };
}

interface Line {
  readonly length: number;
  readonly excerpt: string | null;
}

interface Hidden {
  readonly start: number;
  readonly end: number;
}

function readLine(text: string, start: number, hidden: readonly Hidden[]): Line {
  const end = text.indexOf('\n', start);
  const whole = text.slice(start, end === -1 ? text.length : end);
  let line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
  const { length } = line;
  if (length > LONGEST_EXCERPT) return { length, excerpt: null };
  for (const part of hidden) {
    const [from, to] = [Math.max(part.start - start, 0), Math.min(part.end - start, length)];
    if (from < to) line = line.slice(0, from) + '*'.repeat(to - from) + line.slice(to);
  }
  return { length, excerpt: redactLine(line) };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
