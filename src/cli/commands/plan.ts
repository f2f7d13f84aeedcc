import { resolve } from 'node:path';
import { declare } from '../../engine/declare.ts';
import { preview } from '../../engine/preview.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import type { Plan } from '../../model/plan.ts';
import { obstaclesTo } from '../../plan/guards.ts';
import { isDenied } from '../../plan/is-denied.ts';
import { needsApproval } from '../../plan/needs-approval.ts';
import { renderPlanText } from '../../report/plan-text.ts';
import { type Answer, type CommandInput, switchOption, textOption } from '../command.ts';
import { isLocked, needsLock } from '../is-locked.ts';
import { isSweep } from '../is-sweep.ts';
import { loadRequest } from '../load-request.ts';
import { planRequest } from '../plan-request.ts';
import { showFindings } from '../show-findings.ts';
import type { Terminal } from '../terminal.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  if (isSweep(input)) return (await import('../sweep-command.ts')).planSweep(input, ctx, terminal);
  const plan = isOfRevisions(input)
    ? await (await import('../static-plan.ts')).planBetween(input, ctx)
    : await planHere(input, ctx);
  showFindings(plan.findings, input, terminal);
  return { exitCode: exitCodeOf(plan, input), text: await textOf(plan, input, terminal), json: plan };
}

function isOfRevisions({ options }: CommandInput): boolean {
  const isFrom = textOption(options, 'from') !== undefined;
  if (!isFrom && textOption(options, 'to') !== undefined) {
    throw new McpformError('USAGE', '--to says nothing without --from', {
      hint: 'give both, or --from alone',
    });
  }
  return isFrom;
}

async function planHere(input: CommandInput, ctx: Context): Promise<Plan> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  if (isLocked(input, ctx) && needsLock(declared.manifest)) {
    const { assertLocked } = await import('../../engine/lock/lock-unlocked.ts');
    await assertLocked(declared);
  }
  const { plan } = await preview(declared, planRequest(input, modeOf(input)), ctx);
  const out = textOption(input.options, 'out');
  if (out !== undefined) await (await import('../save-plan.ts')).savePlan(plan, resolve(input.cwd, out), ctx);
  return plan;
}

function modeOf({ options }: CommandInput): Plan['mode'] {
  const isDestroy = switchOption(options, 'destroy');
  const isDriftOnly = switchOption(options, 'driftOnly');
  if (isDestroy && isDriftOnly) {
    throw new McpformError('USAGE', '--destroy and --drift-only exclude one another', {
      hint: 'give one of them',
    });
  }
  if (isDriftOnly && textOption(options, 'out') !== undefined) {
    throw new McpformError('USAGE', '--drift-only shows, and is not to be applied', {
      hint: 'leave out --out',
    });
  }
  return isDestroy ? 'destroy' : isDriftOnly ? 'drift-only' : 'apply';
}

async function textOf(plan: Plan, { options }: CommandInput, terminal: Terminal): Promise<string> {
  const graph = textOption(options, 'graph');
  if (graph !== undefined) {
    const { renderGraph } = await import('../../report/graph.ts');
    return renderGraph(plan, graph as 'mermaid' | 'dot');
  }
  if (switchOption(options, 'markdown')) {
    return (await import('../../report/plan-markdown.ts')).renderPlanMarkdown(plan);
  }
  return renderPlanText(plan, {
    color: terminal.color.out,
    width: terminal.width,
    compact: switchOption(options, 'compact'),
    showUnchanged: switchOption(options, 'showUnchanged'),
  });
}

/** Policy and errors first; then, when asked for, whether there is something to do. */
function exitCodeOf(plan: Plan, { options }: CommandInput): ExitCode {
  if (isDenied(plan)) return EXIT.denied;
  if (obstaclesTo(plan, { allowDestroy: true }).length > 0) return EXIT.error;
  const isChange = plan.steps.some((step) => step.action === 'conflict' || needsApproval(step));
  return isChange && switchOption(options, 'detailedExitcode') ? EXIT.changes : EXIT.ok;
}
