import type { Finding } from '../model/finding.ts';
import { sameJson } from '../model/json.ts';
import type { PathChange, Plan, Shown, Step } from '../model/plan.ts';

type Performed = Exclude<Step['action'], 'conflict'>;

/** What an approved action permits: itself and everything that does less to the same end. */
const PERMITS: Readonly<Record<Performed, readonly Performed[]>> = {
  record: ['record'],
  update: ['record', 'update'],
  replace: ['record', 'update', 'adopt', 'create', 'replace'],
  adopt: ['adopt'],
  create: ['adopt', 'create'],
  forget: ['forget'],
  delete: ['forget', 'delete'],
  move: ['move'],
};

/**
 * Whether doing `now` is no more than what `approved` lists. Empty means yes; otherwise each finding names the
 * resource and the field that moved. A step that has become unnecessary is fine; a conflict does nothing, but
 * was approved only where the approved plan had it too.
 */
export function withinApproval(approved: Plan, now: Plan): readonly Finding[] {
  const strangers = IDENTITY.filter(([field]) => approved[field] !== now[field]).map(([field, words]) =>
    stale(`${words}: "${approved[field]}" was approved, it is "${now[field]}" now`),
  );
  if (strangers.length > 0) return strangers;
  const permitted = new Map(approved.steps.map((step) => [step.address, step]));
  return now.steps.flatMap((step) => stepWithin(permitted.get(step.address), step));
}

/** What an approval is bound to. */
const IDENTITY: readonly ['stack' | 'mode' | 'lineage' | 'serial' | 'machine', string][] = [
  ['stack', 'the plan is for another stack'],
  ['mode', 'the plan is of another kind'],
  ['machine', 'the plan is for another machine, user or configuration'],
  ['lineage', 'the plan is for other books'],
  ['serial', 'something was applied since the plan was made'],
];

/** Whether one step is no more than an approved one of the same address. */
export function stepWithin(approved: Step | undefined, now: Step): readonly Finding[] {
  const { address } = now;
  if (approved === undefined) return [exceeds(now, `${address}: ${now.action} is not in the approved plan`)];
  if (now.action === 'conflict') {
    if (approved.action === 'conflict') return [];
    return [exceeds(now, `${address}: ${approved.action} was approved, but it is in conflict now`)];
  }
  if (approved.action === 'conflict' || !PERMITS[approved.action].includes(now.action)) {
    return [exceeds(now, `${address}: ${approved.action} was approved, it takes ${now.action} now`)];
  }
  return [...movedPlace(approved, now), ...movedPaths(approved, now), ...moreSecrets(approved, now)];
}

function movedPlace(approved: Step, now: Step): readonly Finding[] {
  const findings: Finding[] = [];
  const hasMoved =
    approved.place.key !== now.place.key ||
    approved.place.file !== now.place.file ||
    approved.previousPlace?.key !== now.previousPlace?.key ||
    approved.previousAddress !== now.previousAddress;
  if (hasMoved) findings.push(exceeds(now, `${now.address}: it is in another place than was approved`));
  // What is destroyed is nowhere in the paths, so it has to be the very object that was looked at.
  if (now.isDestructive && approved.precondition !== now.precondition) {
    findings.push(exceeds(now, `${now.address}: what would be destroyed is not what was approved`));
  }
  return findings;
}

function movedPaths(approved: Step, now: Step): readonly Finding[] {
  const permitted = new Map(approved.paths.map((path) => [path.pointer, path]));
  return now.paths.flatMap((path) => {
    const other = permitted.get(path.pointer);
    const moved = other === undefined ? 'is not in the approved plan' : difference(other, path);
    return moved === null ? [] : [exceeds(now, `${now.address}: ${path.pointer} ${moved}`)];
  });
}

function difference(approved: PathChange, now: PathChange): string | null {
  if (!sameShown(approved.before, now.before)) return 'is no longer what it was when the plan was approved';
  if (!sameShown(approved.after, now.after)) return 'would become something else than was approved';
  return null;
}

function sameShown(a: Shown | undefined, b: Shown | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ('hidden' in a || 'hidden' in b) return 'hidden' in a && 'hidden' in b && a.digest === b.digest;
  return sameJson(a.value, b.value);
}

function moreSecrets(approved: Step, now: Step): readonly Finding[] {
  return now.secrets.flatMap((secret) => {
    const other = approved.secrets.find(
      ({ locator, pointer }) => locator === secret.locator && pointer === secret.pointer,
    );
    if (other !== undefined && (other.isNew || !secret.isNew)) return [];
    return [exceeds(now, `${now.address}: it would receive ${secret.locator} at ${secret.pointer}`)];
  });
}

function exceeds(step: Step, message: string): Finding {
  return {
    code: 'PLAN_EXCEEDS_APPROVAL',
    severity: 'error',
    message,
    hint: 'review a new plan and approve that',
    address: step.address,
  };
}

function stale(message: string): Finding {
  return { code: 'PLAN_STALE', severity: 'error', message, hint: 'make a new plan and approve that' };
}
