import type { Place } from '../../model/resource.ts';
import type { ContainerSummary } from './api.ts';
import { nameOf } from './place.ts';

export interface Found {
  readonly place: Place;
  readonly summary: ContainerSummary;
}

/**
 * Which container is at which place: the one that is remembered there, by whatever name it goes now, else the one of
 * the name. One that waits for the end of its replacement is at its place only while nothing has the name.
 */
export function findContainers(
  summaries: readonly ContainerSummary[],
  places: readonly Place[],
  ids: ReadonlyMap<string, string>,
): readonly Found[] {
  const byId = new Map(summaries.map((summary) => [summary.Id, summary]));
  const byName = new Map(
    summaries.flatMap((summary) => namesOf(summary).map((name) => [name, summary] as const)),
  );
  return places.flatMap((place) => {
    const known = byId.get(ids.get(place.key) ?? '');
    const named = byName.get(nameOf(place));
    const waits = known !== undefined && namesOf(known).some((name) => isLeftover(name, nameOf(place)));
    const summary = waits ? (named ?? known) : (known ?? named);
    return summary === undefined ? [] : [{ place, summary }];
  });
}

/** Without the slash. A link adds a second name, below that of the container which has it. */
export function namesOf({ Names }: ContainerSummary): readonly string[] {
  return (Names ?? []).map((name) => name.replace(/^\//, '')).filter((name) => !name.includes('/'));
}

/** Whether `name` is what the container `of` is called while it is replaced: `NAME.OPERATION.old`, then `.spent`. */
export function isLeftover(name: string, of: string): boolean {
  return name.startsWith(`${of}.`) && /^[^.]+\.(?:old|spent)$/.test(name.slice(of.length + 1));
}
