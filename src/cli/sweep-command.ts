import { findSweepable, removeSwept } from '../engine/sweep.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';
import type { SweepOutcome, SweepReport } from '../model/sweep.ts';
import { renderSweep, sweepQuestion } from '../report/sweep.ts';
import { renderSweepOutcomes } from '../report/sweep-outcomes.ts';
import { assertRemoval, type Removal } from './assert-removal.ts';
import { type Answer, type CommandInput, switchOption, textOption } from './command.ts';
import { durationMs } from './duration.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** `plan --sweep`: the dry run. */
export async function planSweep(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const report = await findSweepable(requestOf(input), ctx);
  const hasChanges = report.containers.some(({ isChosen }) => isChosen);
  return {
    exitCode: hasChanges && switchOption(input.options, 'detailedExitcode') ? EXIT.changes : EXIT.ok,
    text: renderSweep(report, { color: terminal.color.out, width: terminal.width }),
    json: report,
  };
}

/** `apply --sweep`: shows, asks, removes. No stack, book or client file is touched. */
export async function applySweep(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  const asJson = switchOption(input.options, 'json');
  const report = await findSweepable(requestOf(input), ctx);
  ctx.emit({ kind: 'sweep.found', report });
  const style = { color: terminal.color.out, width: terminal.width };
  if (!asJson) terminal.out(renderSweep(report, style));
  const chosen = report.containers.filter(({ isChosen }) => isChosen).length;
  if (chosen > 0) await assertRemoval(removalOf(report), input, ctx, terminal);
  const progress = asJson ? null : await showProgress(terminal);
  let outcomes: readonly SweepOutcome[];
  try {
    outcomes = await removeSwept(report, ctx);
  } finally {
    progress?.stop();
  }
  const exitCode = exitCodeOf(outcomes, ctx.signal);
  ctx.emit({ kind: 'run.finished', exitCode, outcomes: [] });
  return {
    exitCode,
    ...(asJson || chosen === 0 ? {} : { text: renderSweepOutcomes(chosen, outcomes, style) }),
  };
}

/** Options that choose what a plan of a stack holds, or how it is shown. */
const ALLOWED: ReadonlySet<string> = new Set([
  'sweep',
  'olderThan',
  'json',
  'stateDir',
  'autoApprove',
  'detailedExitcode',
]);

function requestOf({ args, options }: CommandInput): { readonly olderThanMs: number | null } {
  // An option that starts with `no-` is true when it was not given.
  const given = Object.entries(options).filter(
    ([name, value]) => value !== undefined && value !== NOT_GIVEN[name],
  );
  const other = given.map(([name]) => name).find((name) => !ALLOWED.has(name));
  if (other !== undefined || args.length > 0) {
    const flag = other?.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const what = flag === undefined ? 'a plan file' : `--${flag}`;
    throw new McpformError('USAGE', `--sweep is about a container engine, and ${what} about a stack`, {
      hint: 'run the two one after the other',
    });
  }
  const olderThan = textOption(options, 'olderThan');
  return {
    olderThanMs: olderThan === undefined ? null : durationMs(olderThan, '--older-than', '30m, 24h or 7d'),
  };
}

const NOT_GIVEN: Readonly<Record<string, true>> = { settle: true };

function removalOf(report: SweepReport): Removal {
  return { question: sweepQuestion(report), what: 'these containers', called: 'the sweep' };
}

function exitCodeOf(outcomes: readonly SweepOutcome[], signal: AbortSignal): ExitCode {
  if (signal.aborted) return EXIT.interrupted;
  return outcomes.some(({ result }) => result === 'failed') ? EXIT.partial : EXIT.ok;
}
