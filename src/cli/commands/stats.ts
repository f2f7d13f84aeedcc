import { openEngines } from '../../engine/containers/engines.ts';
import { assertKnown, explainAbsent } from '../../engine/containers/explain-absent.ts';
import { takeStats } from '../../engine/containers/take-stats.ts';
import { type Whereabouts, whereaboutsOf } from '../../engine/containers/whereabouts.ts';
import { declare } from '../../engine/declare.ts';
import type { Context } from '../../model/context.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { StatsReport } from '../../model/running.ts';
import { renderFindings } from '../../report/findings.ts';
import { renderStats } from '../../report/stats.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { loadRequest } from '../load-request.ts';
import { openRedraw } from '../redraw.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';
import { watch, watchInterval } from '../watch.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const isWatching = switchOption(input.options, 'watch');
  const everyMs = watchInterval(input);
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const where = await whereaboutsOf(declared, ctx);
  const [server = null] = input.args;
  if (server !== null) assertKnown(server, declared.manifest, where);
  const first = await firstLook({ manifest: declared.manifest, where, server }, ctx);
  const style = { color: terminal.color.out, width: terminal.width };
  if (isWatching) {
    const look = async (): Promise<StatsReport> =>
      // Each connects anew, so that an engine that comes back is found again.
      (await takeStats(where, server, openEngines(ctx), ctx)).report;
    const show = shower(input, ctx, terminal);
    const exitCode = await watch({ first, look, show, everyMs }, ctx, terminal);
    ctx.emit({ kind: 'run.finished', exitCode, outcomes: [] });
    return { exitCode };
  }
  showFindings(first.findings, input, terminal);
  const exitCode = first.findings.length > 0 ? EXIT.error : EXIT.ok;
  return { exitCode, text: renderStats(first, style), json: first };
}

interface Asked {
  readonly manifest: Manifest;
  readonly where: Whereabouts;
  readonly server: string | null;
}

/** Says why there is nothing, where there is not. */
async function firstLook({ manifest, where, server }: Asked, ctx: Context): Promise<StatsReport> {
  const { report, found } = await takeStats(where, server, openEngines(ctx), ctx);
  if (report.containers.length > 0) return report;
  const [unavailable] = found.unavailable.values();
  if (unavailable !== undefined) throw unavailable;
  if (server !== null) throw explainAbsent(server, manifest, found);
  return report;
}

function shower(input: CommandInput, ctx: Context, terminal: Terminal): (report: StatsReport) => void {
  if (switchOption(input.options, 'json')) return (report) => ctx.emit({ kind: 'stats.sampled', report });
  const redraw = openRedraw(terminal);
  return (report) => {
    const style = { color: terminal.color.out, width: terminal.screen.columns(), cwd: input.cwd };
    const findings = renderFindings(report.findings, style);
    redraw(`${renderStats(report, style)}${findings === '' ? '' : `\n${findings}`}`);
  };
}
