import type { ContainerSummary } from './api.ts';

export interface WantedContainer {
  readonly name: string;
  /** The one that is remembered by this name. */
  readonly id: string | undefined;
}

export interface Found {
  readonly name: string;
  readonly summary: ContainerSummary;
}

/**
 * Which container is meant by a name: the one that is remembered by it, whatever it is called now, else the one that
 * has it. One that waits for the end of its replacement is meant only while nothing has the name; one that goes by
 * another of the names, as after a move, is meant by that alone.
 */
export function findContainers(
  summaries: readonly ContainerSummary[],
  wanted: readonly WantedContainer[],
): readonly Found[] {
  const byId = new Map(summaries.map((summary) => [summary.Id, summary]));
  const byName = new Map(
    summaries.flatMap((summary) => namesOf(summary).map((name) => [name, summary] as const)),
  );
  const names = new Set(wanted.map(({ name }) => name));
  return wanted.flatMap(({ name, id = '' }) => {
    const remembered = byId.get(id);
    const isElsewhere =
      remembered !== undefined && namesOf(remembered).some((each) => each !== name && names.has(each));
    const known = isElsewhere ? undefined : remembered;
    const named = byName.get(name);
    const waits = known !== undefined && namesOf(known).some((each) => isLeftover(each, name));
    const summary = waits ? (named ?? known) : (known ?? named);
    return summary === undefined ? [] : [{ name, summary }];
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
