import { declare } from '../../engine/declare.ts';
import { reportStatus } from '../../engine/report-status.ts';
import { concealError } from '../../formats/conceal-error.ts';
import { concealJson } from '../../formats/conceal-json.ts';
import { escapeJson } from '../../formats/escape.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Finding } from '../../model/finding.ts';
import type { LoopState } from '../../model/loop.ts';
import { renderFailure, renderFailureJson } from '../../report/failure.ts';
import { renderFindings } from '../../report/findings.ts';
import { renderLoopState } from '../../report/loop-state.ts';
import { renderStatus, type StatusReport } from '../../report/status.ts';
import type { TextOptions } from '../../report/style.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { loopOf } from '../loop-of.ts';
import { openRedraw } from '../redraw.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';
import { watch, watchInterval } from '../watch.ts';

const AS_DECLARED: ReadonlySet<string> = new Set(['in-sync', 'unmanaged']);

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const everyMs = watchInterval(input);
  const first = await look(input, ctx);
  if (switchOption(input.options, 'watch')) {
    const again = (): Promise<Look> =>
      look(input, ctx).catch((error: unknown) => {
        if (error instanceof McpformError) return error;
        throw error;
      });
    const show = shower(input, ctx, terminal);
    return { exitCode: await watch<Look>({ first, look: again, show, everyMs }, ctx, terminal) };
  }
  const { report, loop } = first;
  showFindings(remarks(report), input, terminal);
  const isOff = report.resources.some(({ state }) => !AS_DECLARED.has(state));
  return {
    exitCode: isOff && switchOption(input.options, 'detailedExitcode') ? EXIT.changes : EXIT.ok,
    text: words(first, { color: terminal.color.out, width: terminal.width }),
    json: { ...report, loop },
  };
}

interface Status {
  readonly report: StatusReport;
  readonly loop: LoopState | null;
  /** Null where nobody can tell. */
  readonly isRunning: boolean | null;
}

/** While somebody watches, the manifest may be unreadable for a moment: that is shown, and goes away. */
type Look = Status | McpformError;

async function look(input: CommandInput, ctx: Context): Promise<Status> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const { isLoopRunning } = await import('../../loop/state/is-loop-running.ts');
  const [report, loop, isRunning] = await Promise.all([
    reportStatus(declared, ctx),
    loopOf(declared.books, ctx),
    isLoopRunning(declared.books, ctx),
  ]);
  return { report, loop, isRunning };
}

/** What a plan would remark on is not how things stand. */
function remarks({ findings }: StatusReport): readonly Finding[] {
  return findings.filter(({ severity }) => severity !== 'info');
}

function words({ report, loop, isRunning }: Status, style: TextOptions): string {
  const known = loop === null ? '' : `\n${renderLoopState(loop, isRunning, style)}`;
  return renderStatus(report, style) + known;
}

/** As JSON, a line for each look at which something had changed. */
function shower(input: CommandInput, ctx: Context, terminal: Terminal): (seen: Look) => void {
  if (switchOption(input.options, 'json')) {
    let shown = '';
    return (seen) => {
      const line = JSON.stringify(
        seen instanceof McpformError
          ? JSON.parse(renderFailureJson(concealError(seen, ctx.conceal)))
          : concealJson({ ...seen.report, loop: seen.loop }, ctx.conceal),
      );
      const lasting = line.replace(/"now":"[^"]*",/, '');
      if (lasting !== shown) terminal.out(escapeJson(`${line}\n`));
      shown = lasting;
    };
  }
  const redraw = openRedraw(terminal);
  return (seen) => {
    const style = { color: terminal.color.out, width: terminal.screen.columns(), cwd: input.cwd };
    if (seen instanceof McpformError) {
      redraw(renderFailure(seen, style));
      return;
    }
    const findings = renderFindings(remarks(seen.report), style);
    redraw(`${words(seen, style)}${findings === '' ? '' : `\n${findings}`}`);
  };
}
