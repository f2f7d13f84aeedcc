import { resolve } from 'node:path';
import { type Declared, declare } from '../../engine/declare.ts';
import type { Locked } from '../../engine/lock/lock-unlocked.ts';
import { readInput } from '../../engine/read-input.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Plan } from '../../model/plan.ts';
import { applyCommand } from '../apply-command.ts';
import { type Answer, type CommandInput, switchOption } from '../command.ts';
import { isLocked, needsLock } from '../is-locked.ts';
import { isSweep } from '../is-sweep.ts';
import { loadRequest } from '../load-request.ts';
import { lockWaitMs, planRequest } from '../plan-request.ts';
import type { Terminal } from '../terminal.ts';
import { withProgress } from '../with-progress.ts';

export async function run(input: CommandInput, ctx: Context, terminal: Terminal): Promise<Answer> {
  if (isSweep(input)) return (await import('../sweep-command.ts')).applySweep(input, ctx, terminal);
  const approval = await readApproval(input, ctx);
  const { declared, update } = await lockedOr(
    await declare(await loadRequest(input, ctx), ctx),
    { input, terminal },
    ctx,
  );
  const request = planRequest(input, approval?.mode ?? 'apply');
  return await applyCommand(
    declared,
    {
      ...request,
      checksSecrets: true,
      ...(update === null ? {} : { lockUpdate: update }),
      command: 'apply',
      lockWaitMs: lockWaitMs(input),
      settles: input.options['settle'] !== false,
      allowDestroy: switchOption(input.options, 'allowDestroy'),
      // What was taken over, and which files were accepted, was reviewed with the plan.
      ...(approval === undefined ? {} : { approval, ...asApproved(approval, request) }),
    },
    { input, terminal },
    ctx,
  );
}

/** What is not locked is looked up; or refused, with `--locked`. */
async function lockedOr(
  declared: Declared,
  { input, terminal }: { readonly input: CommandInput; readonly terminal: Terminal },
  ctx: Context,
): Promise<Locked> {
  if (!needsLock(declared.manifest)) return { declared, update: null };
  const { assertLocked, lockUnlocked } = await import('../../engine/lock/lock-unlocked.ts');
  if (!isLocked(input, ctx)) {
    // A stream of events begins with the run, which begins when all names are known.
    const quiet = switchOption(input.options, 'json') ? { ...ctx, emit: () => {} } : ctx;
    return await withProgress(() => lockUnlocked(declared, quiet), input, terminal);
  }
  await assertLocked(declared);
  return { declared, update: null };
}

async function readApproval({ args, cwd }: CommandInput, ctx: Context): Promise<Plan | undefined> {
  if (args[0] === undefined) return undefined;
  const path = resolve(cwd, args[0]);
  const bytes = await readInput(path, 'PLAN_FILE_INVALID', ctx.system.files);
  const { openPlanFile } = await import('../../plan/plan-file.ts');
  const { plan, isOurs } = openPlanFile(bytes.toString('utf8'), ctx.digest);
  if (plan.mode === 'static') {
    throw new McpformError(
      'PLAN_STATIC',
      `"${path}" is of two revisions and no machine, so it approves nothing`,
      {
        hint: 'make a plan here with `mcpform plan --out FILE`',
      },
    );
  }
  if (isOurs) return plan;
  throw new McpformError(
    'PLAN_NOT_OURS',
    `"${path}" was not sealed by this machine, so it approves nothing`,
    {
      hint: 'make it here with `mcpform plan --out FILE`; `mcpform show FILE` displays this one',
    },
  );
}

function asApproved(
  approval: Plan,
  request: ReturnType<typeof planRequest>,
): Pick<ReturnType<typeof planRequest>, 'targets' | 'takeOwnership' | 'acceptsFiles'> {
  const taken = approval.steps.filter((step) => step.because === 'taken-over' || step.action === 'delete');
  const all = approval.steps.map(({ address }) => address);
  return {
    acceptsFiles: !approval.findings.some(({ code }) => code === 'PLAN_FILES_CHANGED'),
    targets: approval.isComplete ? request.targets : all,
    takeOwnership: [...new Set([...request.takeOwnership, ...taken.map(({ address }) => address)])],
  };
}
