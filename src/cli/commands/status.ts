import { declare } from '../../engine/declare.ts';
import { reportStatus } from '../../engine/report-status.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { LoopState } from '../../model/loop.ts';
import { renderLoopState } from '../../report/loop.ts';
import { renderStatus } from '../../report/status.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

const AS_DECLARED: ReadonlySet<string> = new Set(['in-sync', 'unmanaged']);

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const [report, loop] = await Promise.all([reportStatus(declared, ctx), loopOf(declared.books, ctx)]);
  // What a plan would remark on is not how things stand.
  showFindings(
    report.findings.filter(({ severity }) => severity !== 'info'),
    input,
    terminal,
  );
  const text = { color: terminal.color.out, width: terminal.width };
  const isOff = report.resources.some(({ state }) => !AS_DECLARED.has(state));
  return {
    exitCode: isOff && switchOption(input.options, 'detailedExitcode') ? EXIT.changes : EXIT.ok,
    text: renderStatus(report, text) + (loop === null ? '' : `\n${renderLoopState(loop, text)}`),
    json: { ...report, loop },
  };
}

/** What the loop of the stack knows; null where none ever ran. */
async function loopOf(books: string, ctx: Context): Promise<LoopState | null> {
  const [{ readLoopFile }, { loopFolder }] = await Promise.all([
    import('../../loop/state/loop-file.ts'),
    import('../../loop/state/loop-folder.ts'),
  ]);
  const file = await readLoopFile(loopFolder(books), ctx);
  return file.kind === 'sound' ? file.state : null;
}
