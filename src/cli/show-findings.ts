import type { Finding } from '../model/finding.ts';
import { renderFindings } from '../report/findings.ts';
import { type CommandInput, switchOption } from './command.ts';
import type { Terminal } from './terminal.ts';

/** Findings on stderr, apart from the answer. With `--json` they are part of the answer. */
export function showFindings(findings: readonly Finding[], input: CommandInput, terminal: Terminal): void {
  if (findings.length === 0 || switchOption(input.options, 'json')) return;
  const { color, width } = terminal;
  const shown = findings.map((finding) => concealFinding(finding, terminal));
  terminal.err(`${renderFindings(shown, { color: color.err, width, cwd: input.cwd })}\n`);
}

/** Before lines are made of it: a line may break inside of a value. */
function concealFinding(finding: Finding, { shown }: Terminal): Finding {
  const { message, hint } = finding;
  return { ...finding, message: shown(message), ...(hint === undefined ? {} : { hint: shown(hint) }) };
}
