import { declare } from '../../engine/declare.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { type HistoryReport, renderHistory } from '../../report/history.ts';
import { listGenerations } from '../../state/generations.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const { generations, findings } = await listGenerations(declared.books, ctx);
  const report: HistoryReport = {
    formatVersion: '1.0',
    stack: declared.manifest.name,
    generations: generations.map(({ number, time, command, revision, plan, outcomes }) => ({
      generation: number,
      time,
      command,
      revision,
      planId: plan.planId,
      outcomes: outcomes.map(({ address, action, result }) => ({ address, action, result })),
    })),
    findings,
  };
  showFindings(findings, input, terminal);
  return {
    exitCode: EXIT.ok,
    text: renderHistory(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}
