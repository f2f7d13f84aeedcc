import { escapeText } from '../formats/escape.ts';
import type { LoggedLine } from '../model/running.ts';
import { palette } from './style.ts';

export interface LogStyle {
  readonly color: boolean;
  /** What a terminal would act on is made visible. */
  readonly isTerminal: boolean;
  readonly showsTimes: boolean;
}

/** `3f2a9c1b7d40 | 2026-01-02T03:04:05.123Z listening`; what went to stderr is dim. `prefix`: null for a single log. */
export function renderLogLine(
  { stream, time, text }: LoggedLine,
  prefix: string | null,
  { color, isTerminal, showsTimes }: LogStyle,
): string {
  const colors = palette({ color });
  const shown = isTerminal ? visible(text) : text;
  const before = prefix === null ? '' : `${colors.cyan(`${escapeText(prefix)} |`)} `;
  const line = `${showsTimes ? `${escapeText(time)} ` : ''}${shown}`;
  return `${before}${stream === 'stderr' ? colors.dim(line) : line}\n`;
}

/** A tab is layout, and does nothing else. */
function visible(text: string): string {
  return text.split('\t').map(escapeText).join('\t');
}
