import { openEngines } from '../../engine/containers/engines.ts';
import { findPrunable, type Prunable, removePruned } from '../../engine/images/prune-images.ts';
import type { Context } from '../../model/context.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import type { LeftImage, PruneOutcome } from '../../model/prune.ts';
import { pruneQuestion, renderPrune, renderPruned } from '../../report/images-prune.ts';
import { assertRemoval, type Removal } from '../assert-removal.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

/** Shows, asks, removes. */
export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const { options, cwd } = input;
  const asJson = switchOption(options, 'json');
  const world = { open: openEngines(ctx), cwd };
  const found = await findPrunable(world, ctx);
  const { report } = found;
  ctx.emit({ kind: 'prune.found', report });
  showFindings(report.findings, input, terminal);
  const style = { color: terminal.color.out, width: terminal.width };
  if (!asJson) terminal.out(renderPrune(report, style));
  const hasSome = report.images.some(({ kept }) => kept === null);
  const isToDo = hasSome && !switchOption(options, 'dryRun');
  if (isToDo) await assertRemoval(removalOf(report), input, ctx, terminal);
  const outcomes = isToDo ? await removePruned(found, world, ctx) : new Map<LeftImage, PruneOutcome>();
  const exitCode = exitCodeOf(found, outcomes, ctx);
  ctx.emit({ kind: 'run.finished', exitCode, outcomes: [] });
  return { exitCode, ...(asJson || !isToDo ? {} : { text: renderPruned(report, outcomes, style) }) };
}

function removalOf(report: Prunable['report']): Removal {
  return { question: pruneQuestion(report), what: 'these images', called: 'the removal' };
}

/** An engine that could not be asked keeps what it has, and that is said: nothing went wrong with the others. */
function exitCodeOf(
  { report }: Prunable,
  outcomes: ReadonlyMap<LeftImage, PruneOutcome>,
  { signal }: Context,
): ExitCode {
  if (signal.aborted) return EXIT.interrupted;
  const hasFailed = [...outcomes.values()].some(({ result }) => result === 'failed');
  return hasFailed || report.findings.length > 0 ? EXIT.partial : EXIT.ok;
}
