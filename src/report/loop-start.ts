import { escapeText } from '../formats/escape.ts';
import type { Mode } from '../model/loop.ts';
import { type TextOptions, wrap } from './style.ts';

export interface LoopStart {
  /** As people wrote it. */
  readonly source: string;
  readonly mode: Mode;
  /** Null: at the times of cron expressions alone. */
  readonly intervalMs: number | null;
}

/** What somebody at a terminal is told when the loop begins, and would else look at nothing for. */
export function renderLoopStart(
  { source, mode, intervalMs }: LoopStart,
  options: Pick<TextOptions, 'width'>,
): string {
  const where = escapeText(source);
  const what =
    mode === 'enforce'
      ? `Keeping this machine at what ${where} says.`
      : `Looking whether this machine is what ${where} says, and changing nothing.`;
  const when = intervalMs === null ? 'at the times of --cron' : `every ${intervalWords(intervalMs)}`;
  const text = `${what} It looks ${when}, and when something changes; Ctrl-C ends it.`;
  return `${wrap(text, options.width, '', '').join('\n')}\n`;
}

function intervalWords(ms: number): string {
  const minutes = ms / 60_000;
  if (Number.isInteger(minutes / 60)) return `${minutes / 60} h`;
  return Number.isInteger(minutes) ? `${minutes} min` : `${Math.round(ms / 1000)} s`;
}
