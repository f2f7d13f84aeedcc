import { apply } from '../../src/apply/apply.ts';
import type { Context } from '../../src/model/context.ts';
import { McpformError } from '../../src/model/error.ts';
import type { Outcome } from '../../src/model/event.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import type { EntryRecord } from '../../src/model/journal.ts';
import { type JsonObject, sameJson } from '../../src/model/json.ts';
import { digestLeaf, digestWhole, leavesOf } from '../../src/model/leaves.ts';
import type { Because, PathChange, Step } from '../../src/model/plan.ts';
import type { Observation, Work } from '../../src/model/provider.ts';
import type { Place } from '../../src/model/resource.ts';
import { openRun } from '../../src/state/run.ts';
import { settle } from '../../src/state/settle.ts';
import { asker, digest, folder } from '../state/machine.ts';
import type { InMemoryProvider } from './in-memory-provider.ts';

/** What should be there. `group/name` is the address. */
export interface Wanted {
  readonly address: string;
  readonly attributes: JsonObject;
  readonly needs?: readonly string[];
  /** The address it had before. */
  readonly movedFrom?: string;
}

/** A small planner, enough to drive `apply`: what the real one does is not the subject here. */
function planWork(
  wanted: readonly Wanted[],
  inventory: Inventory | null,
  seen: Pick<Observation, 'objects'>,
  provider: InMemoryProvider,
): readonly Work[] {
  const placeOf = (address: string): Place => {
    const [group = '', name = ''] = address.split('/');
    return provider.placeOf(group, name);
  };
  const entries = inventory?.entries ?? {};
  const declared = wanted.flatMap((one) => declaredWork(one, entries, seen, placeOf));
  const moved = new Set(declared.flatMap(({ step }) => step.previousAddress ?? []));
  const kept = new Set([...wanted.map(({ address }) => address), ...moved]);
  const removed = Object.values(entries)
    .filter(({ address }) => !kept.has(address))
    .map(({ address, place, adopted }) => {
      const object = seen.objects.get(place.key);
      const action = object === undefined || adopted ? 'forget' : 'delete';
      return { step: stepOf(address, action, place, object?.attributes), attributes: null, record: null };
    });
  return [...declared, ...removed];
}

function declaredWork(
  { address, attributes, needs = [], movedFrom }: Wanted,
  entries: Inventory['entries'],
  seen: Pick<Observation, 'objects'>,
  placeOf: (address: string) => Place,
): readonly Work[] {
  const place = placeOf(address);
  const before = seen.objects.get(place.key)?.attributes;
  const record = recordOf(address, place, attributes, entries[address]?.adopted ?? false);
  const previous = movedFrom === undefined ? undefined : entries[movedFrom];
  const old = previous && seen.objects.get(previous.place.key)?.attributes;
  const needed = { needs };
  if (previous !== undefined && old !== undefined && before === undefined) {
    const step = { ...stepOf(address, 'move', place, old, changes(old, attributes)), ...needed };
    const from = { previousAddress: previous.address, previousPlace: previous.place };
    return [{ step: { ...step, ...from }, attributes, record }];
  }
  const action = actionFor(attributes, before, entries[address] !== undefined);
  if (action === null) return [];
  const step = stepOf(address, action, place, before, changes(before ?? {}, attributes));
  const adopted = action === 'adopt' ? { ...record, adopted: true } : record;
  return [{ step: { ...step, ...needed }, attributes, record: adopted }];
}

function actionFor(
  wanted: JsonObject,
  found: JsonObject | undefined,
  isOurs: boolean,
): Step['action'] | null {
  if (found === undefined) return 'create';
  if (sameJson(wanted, found)) return isOurs ? null : 'adopt';
  return isOurs ? 'update' : 'conflict';
}

export function stepOf(
  address: string,
  action: Step['action'],
  place: Place,
  observed?: JsonObject,
  paths: readonly PathChange[] = [],
): Step {
  return {
    address,
    provider: 'memory',
    action,
    because: 'declared' satisfies Because,
    place,
    paths: ['create', 'update', 'replace', 'move'].includes(action) ? paths : [],
    needs: [],
    secrets: [],
    isDestructive: action === 'delete',
    precondition: observed === undefined ? 'absent' : digestWhole(observed, digest),
  };
}

export function changes(before: JsonObject, after: JsonObject): readonly PathChange[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((pointer) => pointer !== '' && !sameJson(old.get(pointer), now.get(pointer)))
    .sort()
    .map((pointer) => {
      const [was, is] = [old.get(pointer), now.get(pointer)];
      return {
        pointer,
        ...(was === undefined ? {} : { before: { value: was } }),
        ...(is === undefined ? {} : { after: { value: is } }),
        cause: 'config' as const,
      };
    });
}

export function recordOf(
  address: string,
  place: Place,
  attributes: JsonObject,
  adopted = false,
): EntryRecord {
  const base = Object.fromEntries(
    [...leavesOf(attributes)].map(([pointer, value]) => [pointer, digestLeaf(pointer, value, digest)]),
  );
  return {
    ...{ address, provider: 'memory', place, base, protect: false, adopted },
    ...{ secrets: [], launchDigest: 'sha256:00', dependsOn: [], appliedRevision: null },
  };
}

/** A whole command: open, settle what was left, look, plan, apply, commit, release. */
export async function converge(
  wanted: readonly Wanted[],
  provider: InMemoryProvider,
  ctx: Context,
): Promise<readonly Outcome[]> {
  const run = await openRun(folder, { ...asker, command: 'mcpform apply' }, ctx);
  try {
    const found = await provider.look(ctx).catch((error: Error) => {
      throw new McpformError('STATE_UNREADABLE', error.message);
    });
    await run.recover(settle(run.pending, found, ctx.digest).ends);
    const work = planWork(wanted, run.inventory, found, provider);
    const outcomes = await apply(work, { providerOf: () => provider, journal: run.journal }, ctx);
    await run.commit();
    return outcomes;
  } finally {
    await run.release();
  }
}
