import { fromPointer, isJsonObject, type Json, type JsonObject, type Pointer } from '../../src/model/json.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { entry, ownershipDigest, type World } from './world.ts';

/**
 * What an apply that succeeds leaves behind, by the contracts of `Work` and of the books: the world after the
 * steps that `chosen` picks.
 */
export function applyInMemory(world: World, plan: Plan, chosen: (step: Step) => boolean = () => true): World {
  const objects = new Map((world.observed ?? []).map((object) => [object.place.key, object]));
  const entries = new Map((world.entries ?? []).map((known) => [known.address, known]));
  const shared = { ...world.shared };
  const desired = new Map((world.desired ?? []).map((resource) => [resource.desired.address, resource]));
  for (const step of plan.steps) {
    if (step.action === 'conflict' || !chosen(step)) continue;
    const resource = desired.get(step.address);
    const known = entries.get(step.previousAddress ?? step.address);
    const wasShared = shared[step.previousAddress ?? step.address];
    if (step.previousAddress !== undefined) {
      entries.delete(step.previousAddress);
      delete shared[step.previousAddress];
    }
    if (resource === undefined || step.action === 'delete' || step.action === 'forget') {
      if (step.action === 'delete') objects.delete(step.place.key);
      entries.delete(step.address);
      delete shared[step.address];
      continue;
    }
    const here = objects.get(step.previousPlace?.key ?? step.place.key);
    if (step.previousPlace !== undefined) objects.delete(step.previousPlace.key);
    const attributes = written(step, here?.attributes ?? null, resource.attributes);
    objects.set(step.place.key, { place: step.place, attributes, unknown: here?.unknown ?? [] });
    const isAnew = step.action === 'create' || step.because === 'taken-over';
    const wasAdopted = wasShared?.adopted ?? known?.adopted ?? false;
    const adopted = step.action === 'adopt' || (wasAdopted && !isAnew);
    entries.set(step.address, entry(resource, { adopted }, attributes));
    if (!step.place.isShared) continue;
    const { protect } = resource.desired.lifecycle;
    const digest = ownershipDigest(resource.attributes);
    shared[step.address] = { digest, adopted, ...(protect ? { protect } : {}) };
  }
  return { ...world, observed: [...objects.values()], entries: [...entries.values()], shared };
}

function written(step: Step, here: JsonObject | null, desired: JsonObject): JsonObject {
  if (step.action === 'create' || step.action === 'replace' || here === null) return desired;
  let result: JsonObject = here;
  for (const { pointer, after } of step.paths) {
    const value = after === undefined ? undefined : valueAt(desired, fromPointer(pointer));
    result = withValue(result, fromPointer(pointer), value);
  }
  return result;
}

function valueAt(value: Json, path: readonly Pointer[]): Json {
  return path.reduce<Json>((here, key) => (here as JsonObject)[key] as Json, value);
}

function withValue(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [key = '', ...rest] = path;
  const { [key]: old, ...others } = object;
  if (rest.length > 0) {
    const inner = withValue(isJsonObject(old) ? old : {}, rest, value);
    return { ...object, [key]: inner };
  }
  return value === undefined ? others : { ...object, [key]: value };
}
