import { declare } from '../../engine/declare.ts';
import { askLoop } from '../../loop/wake/ask-loop.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import { renderPass } from '../../report/loop.ts';
import type { Answer, CommandInput } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import type { Terminal } from '../terminal.ts';

/** Asks the loop that runs for a pass, and waits until that very pass is over. */
export async function reconcileNow(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { books } = await declare(await loadRequest(input, ctx), ctx);
  const report = await askLoop(books, { request: 'pass', timeoutMs: null }, ctx);
  const isWell = report.result === 'in-sync' || report.result === 'applied';
  return {
    exitCode: isWell ? EXIT.ok : report.result === 'failed' ? EXIT.error : EXIT.partial,
    text: renderPass(report, { color: terminal.color.out, width: terminal.width }),
    json: { formatVersion: '1.0', report },
  };
}
