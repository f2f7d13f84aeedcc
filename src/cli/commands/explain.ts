import { declare } from '../../engine/declare.ts';
import { reportExplain } from '../../engine/report-explain.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderExplain } from '../../report/explain.ts';
import { renderLeftAlone } from '../../report/loop-state.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { loopOf } from '../loop-of.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const report = await reportExplain(declared, input.args[0] ?? '', ctx);
  const loop = await loopOf(declared.books, ctx);
  const style = { color: terminal.color.out, width: terminal.width };
  showFindings(report.findings, input, terminal);
  return {
    exitCode: EXIT.ok,
    text:
      renderExplain(report, { ...style, cwd: input.cwd }) +
      (loop === null ? '' : renderLeftAlone(loop, report.address, style)),
    json: report,
  };
}
