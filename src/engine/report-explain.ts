import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { type Json, type JsonObject, type Pointer, sameJson } from '../model/json.ts';
import { isWithin, leavesOf } from '../model/leaves.ts';
import type { ExplainReport, PointerStatus } from '../report/explain.ts';
import { type Generation, listGenerations } from '../state/generations.ts';
import type { Declared } from './declare.ts';
import { locate } from './locate-findings.ts';
import type { Rendered } from './observe.ts';
import { PLAIN, preview } from './preview.ts';
import { standingOf } from './standing.ts';

/** Everything known about one address. Writes nothing, and holds no value. */
export async function reportExplain(
  declared: Declared,
  address: Address,
  ctx: Context,
): Promise<ExplainReport> {
  const { plan, seen } = await preview(declared, PLAIN, ctx);
  const { generations } = await listGenerations(declared.books, ctx);
  const step = plan.steps.find((each) => each.address === address);
  const rendered = seen.world.rendered.find(({ desired }) => desired.address === address);
  const entry = seen.inventory?.entries[address];
  const applied = generations.flatMap((generation) => appliedIn(generation, address));
  if (step === undefined && rendered === undefined && entry === undefined && applied.length === 0) {
    throw new McpformError(
      'PLAN_ADDRESS_UNKNOWN',
      `"${address}" is neither declared nor managed, and never was`,
      {
        hint: '`mcpform status` lists the addresses',
      },
    );
  }
  const place = rendered?.place ?? entry?.place ?? step?.place ?? null;
  const observed = place === null ? undefined : seen.world.objects.get(place.key);
  const isUnread = place !== null && seen.world.unavailable.has(place.file);
  const uses = rendered?.desired.secrets.map(({ locator }) => locator) ?? entry?.secrets ?? [];
  return {
    formatVersion: '1.0',
    address,
    state: standingOf(step),
    declaredAt: rendered === undefined ? null : await declarationOf(rendered, declared),
    place,
    isProtected: rendered?.desired.lifecycle.protect === true || entry?.protect === true,
    isAdopted: entry?.adopted ?? declared.lock.ownership[address]?.adopted ?? false,
    pointers: pointersOf(rendered, entry?.base ?? {}, observed?.attributes, isUnread),
    secrets: [...new Set(uses)].sort(),
    dependsOn: rendered?.desired.dependsOn ?? entry?.dependsOn ?? [],
    pin: rendered?.desired.pin ?? entry?.pin ?? null,
    applied,
    step: step ?? null,
    findings: plan.findings.filter((finding) => finding.address === address),
  };
}

async function declarationOf(
  { desired }: Rendered,
  { loaded }: Declared,
): Promise<ExplainReport['declaredAt']> {
  const [located] = await locate(
    [{ code: 'INTERNAL', severity: 'info', message: '', at: desired.at }],
    loaded.sources,
  );
  return located?.at ?? desired.at;
}

function appliedIn(generation: Generation, address: Address): ExplainReport['applied'] {
  return generation.outcomes
    .filter((outcome) => outcome.address === address)
    .map(({ action, result }) => ({
      generation: generation.number,
      time: generation.time,
      revision: generation.revision,
      action,
      result,
    }));
}

function pointersOf(
  rendered: Rendered | undefined,
  base: Readonly<Record<Pointer, string>>,
  observed: JsonObject | undefined,
  isUnread: boolean,
): readonly PointerStatus[] {
  const keep = rendered?.desired.lifecycle.keep ?? [];
  const wanted = new Map(
    [...leavesOf(rendered?.attributes ?? {})].filter(
      ([pointer]) => !keep.some((kept) => isWithin(pointer, kept)),
    ),
  );
  const there: ReadonlyMap<Pointer, Json> = observed === undefined ? new Map() : leavesOf(observed);
  wanted.delete('');
  return [...new Set([...wanted.keys(), ...Object.keys(base)])].sort().map((pointer) => ({
    pointer,
    isOwned: Object.hasOwn(base, pointer),
    now: isUnread ? 'unknown' : compare(wanted.get(pointer), there.get(pointer)),
  }));
}

function compare(wanted: Json | undefined, there: Json | undefined): PointerStatus['now'] {
  if (there === undefined) return 'absent';
  return sameJson(wanted, there) ? 'equal' : 'differs';
}
