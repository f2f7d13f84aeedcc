import type { Finding } from '../model/finding.ts';
import { renderFindings } from '../report/findings.ts';
import { type CommandInput, switchOption } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Findings on stderr, apart from the answer. With `--json` they are part of the answer. */
export function showFindings(findings: readonly Finding[], input: CommandInput, terminal: Terminal): void {
  if (findings.length === 0 || switchOption(input.options, 'json')) return;
  const { color, width } = terminal;
  terminal.err(`${renderFindings(findings, { color: color.err, width, cwd: input.cwd })}\n`);
}
