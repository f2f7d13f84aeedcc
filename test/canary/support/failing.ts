import type { Bed } from './bed.ts';
import { APPLY, askAll, both, setAll, startAll } from './journeys.ts';
import type { Failure } from './keeper.ts';

export interface Failed {
  /** Backends that were told to fail and have such a failure. */
  readonly failing: readonly string[];
  /** What `secrets check` says of each secret then. */
  readonly states: Readonly<Record<string, string>>;
}

/** Backends that fail from the first apply on, and after one that was well. */
export async function failing(bed: Bed, how: Exclude<Failure, 'silent'>): Promise<Failed> {
  const said = `${bed.marks.hidden}\n${bed.marks.clear} ${bed.marks.hidden}`;
  const told = await Promise.all(
    bed.keepers.map(async (keeper) => ((await keeper.fail(how, said)) ? [keeper.backend] : [])),
  );
  const check = await bed.ask(['secrets', 'check', '--all', '--json']);
  await askAll(bed, [
    ['secrets', 'check', '--all'],
    ['plan', '--check-secrets'],
    [...APPLY, '--json'],
    APPLY,
  ]);
  await startAll(bed);
  await setAll(bed);
  await askAll(bed, both(['status'], ['history'], ['doctor', '--all-backends']));
  return { failing: told.flat(), states: statesIn(check.ran.stdout) };
}

function statesIn(json: string): Failed['states'] {
  const { secrets } = JSON.parse(json) as { secrets: { name: string; state: string }[] };
  return Object.fromEntries(secrets.map(({ name, state }) => [name, state]));
}

/** Backends that do not answer any more; all at once, because each waits until its time is over. */
export async function silent(bed: Bed): Promise<Failed> {
  const told = await Promise.all(
    bed.keepers.map(async (keeper) =>
      (await keeper.fail('silent', bed.marks.hidden)) ? [keeper.backend] : [],
    ),
  );
  const [check] = await Promise.all([
    bed.ask(['secrets', 'check', '--all', '--json']),
    bed.ask(['plan', '--check-secrets']),
    bed.ask([...APPLY, '--json']),
    startAll(bed, true),
  ]);
  await askAll(bed, both(['status'], ['history']));
  return { failing: told.flat(), states: statesIn(check.ran.stdout) };
}
