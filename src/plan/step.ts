import type { Address } from '../model/address.ts';
import type { Json, Pointer } from '../model/json.ts';
import { digestLeaf, digestWhole, isWithin, leavesOf } from '../model/leaves.ts';
import type { Because, PathChange, Shown, Step } from '../model/plan.ts';
import type { Observed, Place } from '../model/resource.ts';
import type { Base } from './base.ts';
import { causeOf, type Difference } from './compare.ts';
import type { Owned } from './owned.ts';
import type { PlanInput, PlannedResource } from './plan-input.ts';

/** What differs from step to step; the rest follows from the resource. */
export interface StepDetails {
  readonly action: Step['action'];
  readonly because: Because;
  readonly observed: Observed | null;
  readonly paths?: readonly PathChange[];
  readonly owned?: Owned | null;
  readonly previousAddress?: Address;
  readonly previousPlace?: Place;
}

/** A step for something that is in the manifest. `needs` comes later, when all steps are known. */
export function declaredStep(resource: PlannedResource, details: StepDetails, input: PlanInput): Step {
  const { desired, place } = resource;
  const { action, because, observed, previousAddress, previousPlace } = details;
  return {
    address: desired.address,
    provider: desired.provider,
    ...(desired.server === undefined ? {} : { server: desired.server }),
    action,
    because,
    place: plainPlace(place),
    paths: details.paths ?? [],
    needs: [],
    ...(previousAddress === undefined ? {} : { previousAddress }),
    ...(previousPlace === undefined ? {} : { previousPlace: plainPlace(previousPlace) }),
    secrets: action === 'conflict' ? [] : secretsOf(resource, input),
    ...pinOf(desired, details),
    isDestructive: action === 'replace',
    precondition: preconditionOf(observed, input),
  };
}

/** A step for something that left the manifest. */
export function removedStep(
  owned: Owned,
  details: Pick<StepDetails, 'action' | 'because' | 'observed' | 'paths'>,
  input: PlanInput,
): Step {
  const { action, because, observed } = details;
  return {
    address: owned.address,
    provider: owned.provider,
    action,
    because,
    place: plainPlace(owned.place),
    paths: details.paths ?? [],
    ...(action === 'conflict' ? { isLeaving: true as const } : {}),
    needs: [],
    secrets: [],
    isDestructive: action === 'delete',
    precondition: preconditionOf(observed, input),
  };
}

/** The differences as a person may see them: what is there now may hold a pasted key. */
export function pathChanges(
  differences: readonly Difference[],
  provider: string,
  input: PlanInput,
): readonly PathChange[] {
  const traits = input.traits(provider);
  return differences.map(({ pointer, cause, ...sides }) => ({
    pointer,
    ...(sides.before === undefined ? {} : { before: shownBefore(pointer, sides.before) }),
    ...(sides.after === undefined ? {} : { after: { value: sides.after } }),
    cause,
    ...(traits.forcesReplacement(pointer, sides) ? { forcesReplacement: true as const } : {}),
  }));

  function shownBefore(pointer: Pointer, value: Json): Shown {
    if (!traits.isSensitive(pointer)) return { value };
    return { hidden: true, digest: digestLeaf(pointer, value, input.digest) };
  }
}

/** Names the cause where another secret comes to a place that was ours: `${OLD}`, now `${NEW}`; or another value. */
export function withSecretCauses(
  paths: readonly PathChange[],
  resource: PlannedResource,
  owned: Owned,
  { secrets }: PlanInput,
): readonly PathChange[] {
  const { address, fills = [] } = resource.desired;
  const changed = resource.desired.secrets.filter((use) => secrets.hasChanged(use, address));
  return paths.map((path) => {
    if (resource.drifted?.includes(path.pointer)) return { ...path, cause: 'drift' };
    if (path.cause !== 'config') return path;
    const isFilled = fills.some(({ pointer }) => isWithin(path.pointer, pointer));
    const isOther =
      isFilled && changed.some((use) => use.via === 'file' || isWithin(path.pointer, use.pointer));
    return isOther || hasNewSecret(path.pointer, resource, owned) ? { ...path, cause: 'secret' } : path;
  });
}

/** Names the cause where the lock moved: what starts a pinned server follows from its pin. */
export function withLockCauses(
  paths: readonly PathChange[],
  { desired: { kind, pin } }: PlannedResource,
  { entry }: Owned,
): readonly PathChange[] {
  if (pin === undefined || entry?.pin === undefined) return paths;
  if (entry.pin.name === pin.name && entry.pin.digest === pin.digest) return paths;
  const follows = kind === 'entry' ? ['/args', '/command'] : ['/image'];
  return paths.map((path) => {
    const isLaunch = follows.some((pointer) => isWithin(path.pointer, pointer));
    return isLaunch && path.cause === 'config' ? { ...path, cause: 'lock' } : path;
  });
}

/** Every leaf of something that is not there. */
export function creationPaths(resource: PlannedResource, base: Base): readonly PathChange[] {
  return [...leavesOf(resource.attributes)].map(([pointer, value]) => {
    const cause = base.owns(pointer) ? causeOf(!base.matches(pointer, value), true) : 'config';
    return { pointer, after: { value }, cause };
  });
}

function hasNewSecret(pointer: Pointer, resource: PlannedResource, { entry }: Owned): boolean {
  if (entry === null || !Object.hasOwn(entry.base, pointer)) return false;
  return resource.desired.secrets.some(
    (use) => isWithin(pointer, use.pointer) && !entry.secrets.includes(use.locator),
  );
}

/** New: it was not granted to this object, or what would run with it is no longer what it was granted to. */
function secretsOf({ desired }: PlannedResource, { secrets }: PlanInput): Step['secrets'] {
  return desired.secrets
    .map((use) => ({
      ...(use.name === undefined ? {} : { name: use.name }),
      locator: use.locator,
      pointer: use.pointer,
      via: use.via,
      isNew: !secrets.isGranted(use, desired),
      ...(secrets.hasChanged(use, desired.address) ? { hasChanged: true as const } : {}),
    }))
    .sort((a, b) => compareText(a.pointer, b.pointer) || compareText(a.locator, b.locator));
}

/** What the lock pins now and pinned when it was applied, where that is news. */
function pinOf(
  { pin: after }: PlannedResource['desired'],
  { action, owned }: StepDetails,
): Pick<Step, 'pin'> {
  if (after === undefined || action === 'conflict' || action === 'record' || action === 'adopt') return {};
  const before = owned?.entry?.pin;
  if (before === undefined) return { pin: { after } };
  return before.name === after.name && before.digest === after.digest ? {} : { pin: { before, after } };
}

/** What the step was planned on. */
export function preconditionOf(observed: Observed | null, input: PlanInput): string {
  return observed === null ? 'absent' : digestWhole(observed.attributes, input.digest);
}

/** Whether the address shall no longer be there. */
export function isLeaving(step: Step): boolean {
  return step.action === 'delete' || step.action === 'forget' || step.isLeaving === true;
}

/** One key order, whoever made it: plans are compared byte for byte. */
export function plainPlace({ key, file, path, isShared }: Place): Place {
  return { key, file, path: [...path], isShared };
}

/** By code unit, so that no locale decides the order of a plan. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
