import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Plan, Step, Summary } from '../model/plan.ts';
import { blockDependents } from './block-dependents.ts';
import { arrangeFindings, conflictFindings, flagFindings } from './collect-findings.ts';
import { decide, type Subject } from './decide.ts';
import { fillNeeds, trimNeeds } from './fill-needs.ts';
import { guard, losesData, obstaclesTo, otherFilesFinding, refuseRemovals } from './guards.ts';
import { holdSteps } from './hold-steps.ts';
import { orderSteps } from './order-steps.ts';
import { type Owned, ownedAt } from './owned.ts';
import { planIdOf } from './plan-id.ts';
import type { PlanInput } from './plan-input.ts';
import { resolveMoves } from './resolve-moves.ts';
import { onlyDrift, targetClosure } from './select.ts';
import { compareText } from './step.ts';

/**
 * Desired × base × observed → what would be done, and why. Pure: the same input, in whatever order its lists
 * and maps come, gives the same bytes. Reads no values but those it was given, and carries no secret: what is
 * observed at sensitive pointers is there only as a keyed digest.
 */
export function plan(input: PlanInput): Plan {
  const subject = subjectOf(input);
  const decided = decide(subject, input);
  const { steps, isReduced } = arrange(decided, subject, input);
  const unchanged = unchangedOf(decided, subject, input);
  // What goes takes along what depends on it, never what it depends on.
  const dependsOn = input.mode === 'destroy' ? () => [] : dependenciesOf(subject).declared;
  const closure = targetClosure(input.options.targets, steps, dependsOn);
  const chosen = orderSteps(
    trimNeeds(closure === null ? steps : steps.filter((s) => closure.has(s.address))),
  );
  const unchosen = closure === null ? unchanged : unchanged.filter((address) => closure.has(address));
  const placeless = placelessFindings(subject, input);
  const findings = arrangeFindings([
    ...input.findings,
    ...subject.moves.findings,
    ...placeless,
    ...flagFindings(input, (address) => isKnown(address, subject, input)),
    ...conflictFindings(chosen, input, (address) => subject.owned.get(address) ?? null),
    ...otherFilesFinding(chosen, input),
    ...guard(chosen, subject.owned.size, input),
  ]);
  const isUnread = chosen.some((step) => step.because === 'unavailable');
  return {
    formatVersion: '1.0',
    planId: planIdOf({ stack: input.stack, mode: input.mode, steps: chosen }),
    stack: input.stack,
    mode: input.mode,
    lineage: input.lineage,
    serial: input.serial,
    machine: input.machine,
    steps: chosen,
    unchanged: unchosen,
    findings,
    summary: summarize(chosen, unchosen.length),
    isComplete: closure === null && !isReduced && !isUnread && placeless.length === 0,
    isApplicable: obstaclesTo({ findings, steps: chosen }, { allowDestroy: false }).length === 0,
  };
}

function subjectOf(input: PlanInput): Subject {
  const desired = new Map(input.desired.map((resource) => [resource.desired.address, resource]));
  const owned = new Map<Address, Owned>();
  for (const address of new Set([...Object.keys(input.entries), ...Object.keys(input.shared)])) {
    const ours = ownedAt(address, desired.get(address)?.place ?? null, input);
    if (ours !== null) owned.set(address, ours);
  }
  const { disabled } = input;
  const moves = resolveMoves(input.moved, { desired, disabled, isOwned: (address) => owned.has(address) });
  return { desired, owned, moves };
}

/** Fills in what steps wait for, and lets guards, conflicts and the mode have their say. */
function arrange(
  decided: ReadonlyMap<Address, Step>,
  subject: Subject,
  input: PlanInput,
): { readonly steps: readonly Step[]; readonly isReduced: boolean } {
  const all = fillNeeds(refuseRemovals([...decided.values()], input), dependenciesOf(subject));
  const planned = input.mode === 'drift-only' ? onlyDrift(all) : all;
  const steps = holdSteps(planned, input.options.hold, (step) => losesData(step, input));
  return { steps: blockDependents(steps), isReduced: steps.length < all.length };
}

function dependenciesOf({ desired, owned }: Subject): Parameters<typeof fillNeeds>[1] {
  return {
    declared: (address) => desired.get(address)?.desired.dependsOn ?? [],
    recorded: (address) => owned.get(address)?.entry?.dependsOn ?? [],
  };
}

function unchangedOf(
  decided: ReadonlyMap<Address, Step>,
  { desired }: Subject,
  { mode }: PlanInput,
): readonly Address[] {
  if (mode === 'destroy') return [];
  return [...desired.keys()].filter((address) => !decided.has(address)).sort(compareText);
}

/** The lock says that we own it, but not where it is; nobody else knows either. */
function placelessFindings({ owned, desired }: Subject, input: PlanInput): readonly Finding[] {
  return Object.keys(input.shared)
    .filter((address) => !owned.has(address) && !desired.has(address))
    .map((address) => ({
      code: 'PLAN_PLACE_UNKNOWN',
      severity: 'warning',
      message: `the lock owns ${address}, but where that is cannot be told`,
      hint: `if it is gone for good, run \`mcpform forget ${address}\``,
      address,
    }));
}

function isKnown(address: Address, { desired, owned, moves }: Subject, input: PlanInput): boolean {
  const isInBooks = owned.has(address) || Object.hasOwn(input.shared, address);
  return isInBooks || desired.has(address) || input.disabled.has(address) || moves.toOf.has(address);
}

function summarize(steps: readonly Step[], unchanged: number): Summary {
  const summary = {
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    adopt: 0,
    move: 0,
    forget: 0,
    record: 0,
    conflict: 0,
    unchanged,
  };
  for (const step of steps) summary[step.action] += 1;
  return summary;
}
