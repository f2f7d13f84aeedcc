import type { Begin } from '../../../../src/model/journal.ts';
import type { Performed, Work } from '../../../../src/model/provider.ts';
import type { DesiredObject } from '../../../../src/model/resource.ts';
import { settle } from '../../../../src/state/settle.ts';
import { digest } from '../../claude-code/world.ts';
import { type FakeWorld, listed } from './fake-world.ts';
import { type Call, hasEffect, landLate } from './faulty-engine.ts';
import { FOREIGN, type Scenario, set } from './scenarios.ts';
import { type Faults, observedAt, type Playing, plan, play, playRecovery } from './stage.ts';
import { beginOf } from './works.ts';

/** What is as it should be when nothing is given. */
export interface Variant {
  readonly perform?: Pick<Playing, 'around'>;
  /** Null: nobody recovers. */
  readonly recover?: ((world: FakeWorld) => Playing) | null;
}

/** What is wrong after the crashes of one scenario, a line each, and how many there were. */
export interface Crashes {
  readonly count: number;
  readonly broken: readonly string[];
}

type Judge = (world: FakeWorld, scenario: Scenario, begin: Begin) => Promise<string | null>;

/** Kills a run at each of its calls, and each recovery of that at each of its own, recovers, and looks. */
export async function crash(scenario: Scenario, judge: Judge, variant: Variant = {}): Promise<Crashes> {
  const start = await set(scenario);
  const work = await scenario.step(start);
  const begin = beginOf(work, digest);
  const { calls } = await play(structuredClone(start), work, variant.perform);
  const broken: string[] = [];
  let count = 0;
  const look = async (when: string, world: FakeWorld): Promise<void> => {
    count += 1;
    const trouble = await judge(world, scenario, begin);
    if (trouble !== null) broken.push(`${when}: ${trouble}`);
  };
  const recovered = async (world: FakeWorld, faults: Playing = {}): Promise<readonly Call[]> => {
    if (variant.recover === null) return [];
    return (await playRecovery(world, begin, { ...variant.recover?.(world), ...faults })).calls;
  };
  for (const [when, faults] of killsAt(calls)) {
    const crashed = structuredClone(start);
    await play(crashed, work, { ...variant.perform, faults });
    const once = structuredClone(crashed);
    const again = killsAt(await recovered(once));
    await look(when, once);
    for (const [then, faultsThen] of again) {
      const twice = structuredClone(crashed);
      await recovered(twice, { faults: faultsThen });
      await recovered(twice);
      await look(`${when}, then ${then}`, twice);
    }
  }
  return { count, broken };
}

/** Every way to be killed at each of these calls. */
function killsAt(calls: readonly Call[]): readonly (readonly [string, Faults])[] {
  return calls
    .filter(hasEffect)
    .flatMap(({ n, name }) =>
      (['lost', 'done', 'late'] as const).map((call): readonly [string, Faults] => [
        `${name} (${n}) ${call}`,
        (asked) => (asked.n === n ? { kind: 'killed', call } : null),
      ]),
    );
}

/** Whether what is there is exactly as before, or as wanted, and can be told from the other by looking. */
export async function isEither(world: FakeWorld, scenario: Scenario, begin: Begin): Promise<string | null> {
  world.nowMs += 60_000;
  landLate(world);
  const verdict = await verdictOf(world, begin);
  const wanted = verdict === 'done' ? scenario.after : verdict === 'not-done' ? scenario.before : null;
  return wanted !== null && isAs(world, wanted) ? null : `${verdict}: ${listed(world).join(', ')}`;
}

/** What the next run takes an interrupted step for. */
export async function verdictOf(world: FakeWorld, begin: Begin): Promise<string> {
  const places = [begin.place, ...(begin.previousPlace === undefined ? [] : [begin.previousPlace])];
  const id = begin.record?.objectId;
  const ids = new Map(id === undefined ? [] : [[places.at(-1)?.key ?? '', id]]);
  const objects = await observedAt(world, places, ids);
  return settle([begin], { objects }, digest).settled[0]?.settled ?? 'nothing';
}

/** Whether the next apply brings it to where it shall be. */
export async function converges(world: FakeWorld, scenario: Scenario): Promise<string | null> {
  const { step, after, beside = [] } = scenario;
  if (after === null || isAs(world, after)) return null;
  const next = [
    step,
    ...beside.map(
      (desired) =>
        (now: FakeWorld): Promise<Work> =>
          planOf(now, desired),
    ),
  ];
  const performed: (Performed | Error)[] = [];
  for (const each of next) {
    const work = await each(world);
    if (work.step.action === 'update' && work.step.paths.length === 0) continue;
    performed.push((await play(world, work)).performed);
  }
  return isAs(world, after) ? null : `${listed(world).join(', ')} after ${JSON.stringify(performed)}`;
}

function planOf(world: FakeWorld, desired: DesiredObject): Promise<Work> {
  return plan(world, desired);
}

export function isAs(world: FakeWorld, wanted: readonly string[]): boolean {
  return listed(world).join() === [...wanted, FOREIGN].sort().join();
}
