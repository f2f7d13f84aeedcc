import { declare } from '../../engine/declare.ts';
import { reportStatus } from '../../engine/report-status.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderStatus } from '../../report/status.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

const AS_DECLARED: ReadonlySet<string> = new Set(['in-sync', 'unmanaged']);

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const report = await reportStatus(await declare(await loadRequest(input, ctx), ctx), ctx);
  // What a plan would remark on is not how things stand.
  showFindings(
    report.findings.filter(({ severity }) => severity !== 'info'),
    input,
    terminal,
  );
  const isOff = report.resources.some(({ state }) => !AS_DECLARED.has(state));
  return {
    exitCode: isOff && switchOption(input.options, 'detailedExitcode') ? EXIT.changes : EXIT.ok,
    text: renderStatus(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}
