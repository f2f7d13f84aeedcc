import type { Finding } from '../model/finding.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { PlanInput } from './plan-input.ts';

/** Deletes that need no more consent than the plan itself: up to this many, or this share of what we own. */
const FREE_DELETES = 3;
const FREE_SHARE = 0.3;

/** What needs more consent than a plan usually does. */
export function guard(steps: readonly Step[], ownedCount: number, input: PlanInput): readonly Finding[] {
  if (input.mode === 'drift-only') return [];
  // That everything goes is what was asked for; that data go with it takes a word of its own.
  if (input.mode === 'destroy') return guardData(steps, input);
  return [...guardCount(steps, ownedCount, input), ...guardData(steps, input)];
}

/** What nobody can make again takes a word of its own, however little it is. */
function guardData(steps: readonly Step[], input: PlanInput): readonly Finding[] {
  const lost = steps.filter((step) => losesData(step, input));
  return lost.map(({ address }) => ({
    code: 'PLAN_DATA_LOSS',
    severity: 'error',
    message: `${address} would be deleted with all data in it`,
    hint: 'if that is meant, apply with --allow-destroy; or keep it with `mcpform forget`',
    address,
  }));
}

export function losesData({ action, provider, place }: Step, { traits }: Pick<PlanInput, 'traits'>): boolean {
  return (action === 'delete' || action === 'replace') && traits(provider).holdsData?.(place) === true;
}

function guardCount(steps: readonly Step[], ownedCount: number, input: PlanInput): readonly Finding[] {
  if (input.desired.length === 0 && input.disabled.size === 0 && ownedCount > 0) {
    return [
      {
        code: 'PLAN_EMPTY',
        severity: 'error',
        message: `the manifest declares nothing, but ${ownedCount} ${plural(ownedCount, 'resource')} of ours ${ownedCount === 1 ? 'is' : 'are'} there`,
        hint: 'check that it is the right file; if everything shall go, run `mcpform destroy`, or apply with --allow-destroy',
      },
    ];
  }
  const deletes = steps.filter((step) => step.action === 'delete' && step.because === 'removed').length;
  const limit = Math.max(FREE_DELETES, FREE_SHARE * ownedCount);
  if (deletes <= limit) return [];
  return [
    {
      code: 'PLAN_MASS_DELETE',
      severity: 'error',
      message: `${deletes} of ${ownedCount} resources would be deleted, more than ${Math.floor(limit)}`,
      hint: 'if that is meant, apply with --allow-destroy, or review a saved plan (`mcpform plan --out FILE`) and apply that',
    },
  ];
}

/**
 * With other manifest files than the books were made with, what is not declared may only be declared
 * elsewhere: nothing is deleted or let go.
 */
export function refuseRemovals(steps: readonly Step[], input: PlanInput): readonly Step[] {
  if (!hasOtherFiles(input)) return steps;
  return steps.map((step) => {
    const isRefused = step.action === 'delete' || (step.action === 'forget' && step.because === 'orphaned');
    if (!isRefused) return step;
    return {
      ...step,
      action: 'conflict' as const,
      because: 'blocked' as const,
      isLeaving: true as const,
      isDestructive: false,
    };
  });
}

export function otherFilesFinding(steps: readonly Step[], input: PlanInput): readonly Finding[] {
  if (!hasOtherFiles(input)) return [];
  const refused = steps.filter((step) => step.because === 'blocked' && step.isLeaving === true).length;
  const consequence = refused === 0 ? '' : `; ${refused} ${plural(refused, 'removal')} refused`;
  return [
    {
      code: 'PLAN_FILES_CHANGED',
      severity: 'warning',
      message: `the state was recorded with other manifest files${consequence}`,
      hint: 'pass the same files with -f, or --files-changed if these are the new ones',
    },
  ];
}

function hasOtherFiles({ mode, options }: PlanInput): boolean {
  return options.filesChanged === 'changed' && mode !== 'destroy';
}

/** Findings that an explicit consent to delete answers. */
const GUARDS: ReadonlySet<Finding['code']> = new Set(['PLAN_EMPTY', 'PLAN_MASS_DELETE', 'PLAN_DATA_LOSS']);

/**
 * What forbids applying a plan. `allowDestroy`: the person said so, or an approval lists the deletes. Errors
 * about an address that is in conflict forbid nothing else: the rest goes on.
 */
export function obstaclesTo(
  plan: Pick<Plan, 'findings' | 'steps'>,
  consent: { readonly allowDestroy: boolean },
): readonly Finding[] {
  const conflicts = new Set(
    plan.steps.filter((step) => step.action === 'conflict').map((step) => step.address),
  );
  const unreadable = new Set(
    plan.steps.filter((step) => step.because === 'unavailable').map((step) => step.place.file),
  );
  return plan.findings.filter((finding) => {
    if (finding.severity !== 'error') return false;
    if (consent.allowDestroy && GUARDS.has(finding.code)) return false;
    if (finding.address !== undefined && conflicts.has(finding.address)) return false;
    return finding.at === undefined || !unreadable.has(finding.at.file);
  });
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
