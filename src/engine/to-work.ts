import { launchId } from '../graph/launch-id.ts';
import type { Address } from '../model/address.ts';
import type { Gate } from '../model/health.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { EntryRecord } from '../model/journal.ts';
import type { JsonObject, Pointer } from '../model/json.ts';
import { digestLeaf, isWithin, leavesOf } from '../model/leaves.ts';
import type { Lock } from '../model/lock.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Work } from '../model/provider.ts';
import type { Desired } from '../model/resource.ts';
import type { Rendered } from './observe.ts';

export interface WorkSources {
  readonly rendered: readonly Rendered[];
  readonly entries: Readonly<Record<Address, InventoryEntry>>;
  readonly lock: Lock;
  /** Commit the manifest is at. */
  readonly revision: string | null;
  readonly digest: (text: string) => string;
  readonly lineage: string;
  /** How to tell whether what a step starts works. */
  readonly gateOf: (resource: Rendered) => Gate | undefined;
}

/** The plan's steps with the values they write and the books they leave: what apply performs, in plan order. */
export function toWork(plan: Plan, sources: WorkSources): readonly Work[] {
  const rendered = new Map(sources.rendered.map((resource) => [resource.desired.address, resource]));
  return plan.steps.map((step) => {
    const resource = rendered.get(step.address);
    const { lineage } = sources;
    if (resource === undefined || !keepsBooks(step)) return { step, attributes: null, record: null, lineage };
    const gate = sources.gateOf(resource);
    const record = recordOf(step, resource, sources);
    const work = { step, attributes: resource.attributes, record, lineage };
    return gate === undefined ? work : { ...work, gate };
  });
}

function keepsBooks(step: Step): boolean {
  return step.action !== 'delete' && step.action !== 'forget';
}

function recordOf(step: Step, resource: Rendered, sources: WorkSources): EntryRecord {
  const earlier = sources.entries[step.address] ?? sources.entries[step.previousAddress ?? ''];
  const adopted = isAdopted(step, earlier, sources.lock);
  const record = toRecord({ ...resource, place: step.place }, { ...sources, adopted });
  return earlier?.objectId === undefined ? record : { ...record, objectId: earlier.objectId };
}

/** The books of one entry as they are once it is written. */
export function toRecord(
  { desired, place, attributes, books }: Rendered,
  { revision, adopted, digest }: Pick<WorkSources, 'revision' | 'digest'> & { readonly adopted: boolean },
): EntryRecord {
  const { lifecycle } = desired;
  return {
    address: desired.address,
    provider: desired.provider,
    place,
    base: baseOf(attributes, desired, digest),
    protect: lifecycle.protect,
    adopted,
    ...(lifecycle.onRemove === undefined ? {} : { onRemove: lifecycle.onRemove }),
    secrets: [...new Set(desired.secrets.map(({ locator }) => locator))].sort(),
    ...books,
    launchDigest: desired.launchDigest,
    ...(desired.pin === undefined ? {} : { pin: desired.pin }),
    ...(desired.launch === undefined ? {} : { launch: launchId(desired.launch) }),
    dependsOn: desired.dependsOn,
    appliedRevision: revision,
  };
}

/** Keyed digest per owned leaf. What is kept was never ours. */
function baseOf(
  attributes: JsonObject,
  desired: Desired,
  digest: (text: string) => string,
): Record<Pointer, string> {
  const base: Record<Pointer, string> = {};
  for (const [pointer, value] of leavesOf(attributes)) {
    if (desired.lifecycle.keep.some((kept) => isWithin(pointer, kept))) continue;
    base[pointer] = digestLeaf(pointer, value, digest);
  }
  return base;
}

/** Adopted stays adopted until we write it anew; what was taken over or created is ours. */
function isAdopted(step: Step, earlier: InventoryEntry | undefined, lock: Lock): boolean {
  if (step.action === 'adopt') return true;
  if (step.action === 'create' || step.because === 'taken-over') return false;
  return earlier?.adopted ?? lock.ownership[step.address]?.adopted ?? false;
}
