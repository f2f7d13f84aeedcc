import { dirname } from 'node:path';
import { type Address, entryAddress, type Scope } from '../../model/address.ts';
import { fromPointer, type JsonObject } from '../../model/json.ts';
import type { Plan, Step } from '../../model/plan.ts';
import type { Observation } from '../../model/provider.ts';
import type { Place } from '../../model/resource.ts';
import { setAt } from './change-entry.ts';
import type { Facts, ProjectFacts } from './facts.ts';
import { containerKey, placeIn } from './place.ts';
import { kindOfConfig } from './write-target.ts';

/** One entry of the plan, changed or not, as it is and as it will be. */
export interface Subject {
  readonly address: Address;
  readonly name: string;
  readonly scope: Scope;
  readonly place: Place;
  readonly step: Step | null;
  readonly before: JsonObject | null;
  /** Null when it will be gone. */
  readonly after: JsonObject | null;
  /** Whether the client reads this entry when it is started in the project. */
  readonly isStartedIn: (project: ProjectFacts) => boolean;
}

/** In the plan's order, what is unchanged behind what changes. */
export function subjectsOf(plan: Plan, observation: Observation, facts: Facts): readonly Subject[] {
  const steps = plan.steps.filter((step) => step.provider === 'claude-code');
  const unchanged = plan.unchanged.flatMap((address) => {
    const place = placeOf(address, facts);
    return place === null ? [] : [subjectAt(address, place, { step: null, observation })];
  });
  return [...steps.map((step) => subjectAt(step.address, step.place, { step, observation })), ...unchanged];
}

/** Addresses spell their target; what is left is the name. */
function placeOf(address: Address, facts: Facts): Place | null {
  for (const { target, container } of facts.targets) {
    const prefix = entryAddress(target, '');
    const name = address.slice(prefix.length);
    if (address.startsWith(prefix) && !name.includes('/')) return placeIn(container, name);
  }
  return null;
}

interface Seen {
  readonly step: Step | null;
  readonly observation: Observation;
}

function subjectAt(address: Address, place: Place, { step, observation }: Seen): Subject {
  const found = observation.objects.get(step?.previousPlace?.key ?? place.key);
  const before = found?.attributes ?? null;
  const scope = scopeOf(place);
  return {
    address,
    name: place.path.at(-1) as string,
    scope,
    place,
    step,
    before,
    after: step === null ? before : afterStep(step, before),
    isStartedIn: (project) => {
      if (scope === 'user') return true;
      return scope === 'local' ? project.key === place.path[1] : project.folder === dirname(place.file);
    },
  };
}

function scopeOf({ file, path }: Place): Scope {
  if (kindOfConfig(file) === 'project') return 'project';
  return path[0] === 'projects' ? 'local' : 'user';
}

function afterStep(step: Step, before: JsonObject | null): JsonObject | null {
  if (step.action === 'delete') return null;
  let after = before;
  for (const { pointer, after: shown } of step.paths) {
    const value = shown !== undefined && 'value' in shown ? shown.value : undefined;
    after = setAt(after ?? {}, fromPointer(pointer), value);
  }
  return after;
}

/** Whether the step changes a file. */
export function isWrite({ step }: Subject): boolean {
  return step !== null && ['create', 'update', 'replace', 'delete', 'move'].includes(step.action);
}

/** Names per container once the plan is applied. */
export function namesAfter(
  facts: Facts,
  subjects: readonly Subject[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map([...facts.names].map(([key, each]) => [key, new Set(each)]));
  const at = ({ file, path }: Place): Set<string> => {
    const key = containerKey(file, path.slice(0, -1));
    const found = names.get(key) ?? new Set<string>();
    names.set(key, found);
    return found;
  };
  for (const { step } of subjects) {
    if (step?.previousPlace !== undefined)
      at(step.previousPlace).delete(step.previousPlace.path.at(-1) as string);
  }
  for (const { name, place, after } of subjects) {
    if (after === null) at(place).delete(name);
    else at(place).add(name);
  }
  return names;
}
