import { openEngines } from '../../engine/containers/engines.ts';
import { findPrunable, type Prunable, removePruned } from '../../engine/images/prune-images.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import type { LeftImage, PruneOutcome } from '../../model/prune.ts';
import { pruneQuestion, renderPrune, renderPruned } from '../../report/images-prune.ts';
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
  if (isToDo) await assertApproved(found, input, ctx, terminal);
  const outcomes = isToDo ? await removePruned(found, world, ctx) : new Map<LeftImage, PruneOutcome>();
  const exitCode = exitCodeOf(found, outcomes, ctx);
  ctx.emit({ kind: 'run.finished', exitCode, outcomes: [] });
  return { exitCode, ...(asJson || !isToDo ? {} : { text: renderPruned(report, outcomes, style) }) };
}

async function assertApproved(
  { report }: Prunable,
  { options }: CommandInput,
  ctx: Context,
  terminal: Terminal,
): Promise<void> {
  if (switchOption(options, 'autoApprove')) return;
  if (!terminal.canAsk || switchOption(options, 'json')) {
    throw new McpformError('NOT_APPROVED', 'nobody can be asked whether these images may go', {
      hint: 'pass --auto-approve',
    });
  }
  const isApproved = (await terminal.ask(`\n${pruneQuestion(report)}`, ctx.signal)) === 'yes';
  // Whoever interrupts a question has not answered it.
  ctx.signal.throwIfAborted();
  if (!isApproved)
    throw new McpformError('NOT_APPROVED', 'the removal was not approved, so nothing was removed');
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
