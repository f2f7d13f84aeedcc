import { declare } from '../../engine/declare.ts';
import { reportExplain } from '../../engine/report-explain.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderExplain } from '../../report/explain.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const report = await reportExplain(declared, input.args[0] ?? '', ctx);
  const width = terminal.width;
  showFindings(report.findings, input, terminal);
  return {
    exitCode: EXIT.ok,
    text: renderExplain(report, { color: terminal.color.out, width, cwd: input.cwd }),
    json: report,
  };
}
