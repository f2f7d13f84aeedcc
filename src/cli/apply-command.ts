import { type Applied, type ApplyRequest, type Approve, applyStack, refused } from '../engine/apply-stack.ts';
import type { Declared } from '../engine/declare.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import { renderOutcomes } from '../report/outcomes.ts';
import { renderPlanText } from '../report/plan-text.ts';
import { approvalQuestion } from '../report/words.ts';
import { type Answer, type CommandInput, switchOption } from './command.ts';
import { showProgress } from './progress.ts';
import { showFindings } from './show-findings.ts';
import type { Terminal } from './terminal.ts';

/** What apply, destroy, rollback and forget share: show the plan, ask, perform, report. */
export async function applyCommand(
  declared: Declared,
  request: ApplyRequest,
  { input, terminal }: { readonly input: CommandInput; readonly terminal: Terminal },
  ctx: Context,
): Promise<Answer> {
  const asJson = switchOption(input.options, 'json');
  // With --json the stream of events is all there is.
  const progress = asJson ? null : await showProgress(terminal);
  ctx.emit({
    kind: 'run.started',
    formatVersion: '1.0',
    command: request.command,
    stack: declared.manifest.name,
  });
  const show = (plan: Plan): void => {
    if (asJson) return;
    showFindings(plan.findings, input, terminal);
    terminal.out(renderPlanText(plan, { color: terminal.color.out, width: terminal.width }));
  };
  let applied: Applied;
  try {
    applied = await applyStack(declared, request, approver(input, terminal, show, ctx), ctx);
  } finally {
    progress?.stop();
  }
  const { plan, outcomes, exitCode } = applied;
  ctx.emit({ kind: 'run.finished', exitCode, outcomes });
  if (asJson) return { exitCode };
  if (plan.steps.every(({ action }) => action === 'record' || action === 'conflict')) show(plan);
  const isQuiet = plan.steps.every(({ action }) => action === 'record') && exitCode === EXIT.ok;
  return {
    exitCode,
    ...(isQuiet
      ? {}
      : { text: renderOutcomes(outcomes, { color: terminal.color.out, width: terminal.width }) }),
  };
}

/** `--auto-approve`, or the word yes typed by somebody who has seen the plan. Never an implicit yes. */
function approver(
  input: CommandInput,
  terminal: Terminal,
  show: (plan: Plan) => void,
  ctx: Context,
): Approve {
  return async (plan, obstacles) => {
    show(plan);
    if (switchOption(input.options, 'autoApprove')) {
      refuse(obstacles);
      return true;
    }
    if (!terminal.canAsk || switchOption(input.options, 'json')) {
      throw new McpformError('NOT_APPROVED', 'nobody can be asked to approve the plan', {
        hint: 'pass --auto-approve, or apply a plan that was saved with `mcpform plan --out FILE`',
      });
    }
    // The question stands below a list of the deletes, so an answer covers the guards.
    return (await terminal.ask(`\n${approvalQuestion(plan)}`, ctx.signal)) === 'yes';
  };
}

function refuse(obstacles: readonly Finding[]): void {
  if (obstacles.length > 0) throw refused(obstacles);
}
