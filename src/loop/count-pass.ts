import type { McpformError } from '../model/error.ts';
import type { Outcome } from '../model/event.ts';
import type { HeldBecause, Plan } from '../model/plan.ts';
import { correctedIn } from './decide/corrections.ts';
import { intentOf } from './decide/intent.ts';
import { wordsOf } from './decide/verdict.ts';
import type { PassError, PassFailure, PassReport } from './model.ts';
import type { Enforced } from './perform-pass.ts';

/** What a pass did and left alone, in numbers and names. */
export function countPass(
  { plan, applied }: Pick<Enforced, 'plan' | 'applied'>,
  failure: PassFailure | null,
): Pick<PassReport, 'result' | 'planned' | 'done' | 'failed' | 'corrected' | 'held' | 'failures' | 'error'> {
  const outcomes = applied?.outcomes ?? [];
  const done = outcomes.filter(({ result, action }) => result === 'done' && action !== 'conflict');
  const failed = outcomes.filter(({ result }) => result === 'failed' || result === 'rolledBack');
  const steps = plan?.steps ?? [];
  const held: Record<string, HeldBecause> = {};
  for (const step of steps) if (step.held !== undefined) held[step.address] = step.held.because;
  const isOpen = steps.some(({ action }) => action === 'conflict');
  const result =
    failure !== null
      ? 'failed'
      : failed.length > 0
        ? 'partial'
        : isOpen
          ? 'pending'
          : done.length > 0
            ? 'applied'
            : 'in-sync';
  return {
    result: plan === null && failure === null ? 'skipped' : result,
    planned: plannedIn(plan),
    done: done.length,
    failed: failed.length,
    corrected: correctedOf(plan, outcomes),
    held,
    ...(failed.length === 0 ? {} : { failures: failuresOf(failed) }),
    ...(failure === null ? {} : { error: { ...errorOf(failure.error), message: wordsOf(failure) } }),
  };
}

/** What is left alone counts as what it would be, and what needs nothing as that. */
function plannedIn(plan: Plan | null): PassReport['planned'] {
  if (plan === null) return {};
  const unchanged = plan.unchanged.length;
  const counts: Record<string, number> = unchanged > 0 ? { unchanged } : {};
  for (const step of plan.steps) {
    const { action } = intentOf(step);
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

function failuresOf(failed: readonly Outcome[]): NonNullable<PassReport['failures']> {
  const known = failed.flatMap(({ address, error }) =>
    error === undefined ? [] : [[address, errorOf(error)] as const],
  );
  return Object.fromEntries(known);
}

function correctedOf(plan: Plan | null, outcomes: readonly Outcome[]): PassReport['corrected'] {
  if (plan === null) return [];
  const byAddress = new Map(outcomes.map((outcome) => [outcome.address, outcome]));
  return correctedIn({ plan, outcomes: byAddress }).map(({ address }) => address);
}

function errorOf({ code, message, hint }: McpformError | PassError): PassError {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
