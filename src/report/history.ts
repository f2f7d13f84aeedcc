import { escapeText } from '../formats/escape.ts';
import type { Outcome } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import { palette, type TextOptions } from './style.ts';
import { localTime } from './times.ts';
import { count, outcomesLine } from './words.ts';

/** One apply that changed something. */
export interface HistoryEntry {
  readonly generation: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly command: string;
  readonly revision: string | null;
  readonly planId: string;
  readonly outcomes: readonly Pick<Outcome, 'address' | 'action' | 'result'>[];
}

/** What `history` knows; `--json` prints it as it is. */
export interface HistoryReport {
  readonly formatVersion: '1.0';
  readonly stack: string;
  /** Oldest first. */
  readonly generations: readonly HistoryEntry[];
  /** Breaks in the chain of hashes. */
  readonly findings: readonly Finding[];
}

/** Newest first, one line each. Findings have their own place. */
export function renderHistory(report: HistoryReport, options: TextOptions): string {
  const { generations } = report;
  if (generations.length === 0) return `Stack ${escapeText(report.stack)} was never applied here.\n`;
  const colors = palette(options);
  const hasRevisions = generations.some(({ revision }) => revision !== null);
  const rows = generations.map((each) => [
    `#${each.generation}`,
    localTime(each.time),
    escapeText(each.command),
    ...(hasRevisions ? [each.revision === null ? '-' : escapeText(each.revision).slice(0, 12)] : []),
    outcomesLine(each.outcomes),
  ]);
  const widths = (rows[0] ?? [])
    .slice(0, -1)
    .map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const total = `${count(generations.length, 'generation')} of stack ${escapeText(report.stack)}.`;
  const body = [...lines].reverse().map((line) => line.trimEnd());
  return `${[...body, '', colors.bold(total)].join('\n')}\n`;
}
