import { declare } from '../../engine/declare.ts';
import { reportExplain } from '../../engine/report-explain.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderExplain } from '../../report/explain.ts';
import { renderFindings } from '../../report/findings.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const report = await reportExplain(declared, input.args[0] ?? '', ctx);
  const width = terminal.width;
  if (!switchOption(input.options, 'json')) {
    terminal.err(renderFindings(report.findings, { color: terminal.color.err, width, cwd: input.cwd }));
  }
  return {
    exitCode: EXIT.ok,
    text: renderExplain(report, { color: terminal.color.out, width, cwd: input.cwd }),
    json: report,
  };
}
