import type { Context } from '../../../../src/model/context.ts';
import type { Event } from '../../../../src/model/event.ts';
import type { Begin } from '../../../../src/model/journal.ts';
import type { Performed, Work } from '../../../../src/model/provider.ts';
import type { DesiredObject, Observed, Place } from '../../../../src/model/resource.ts';
import type { Clock } from '../../../../src/model/system.ts';
import type { Engine } from '../../../../src/providers/docker/engine.ts';
import { observeOn } from '../../../../src/providers/docker/observe-engine.ts';
import { perform } from '../../../../src/providers/docker/perform.ts';
import { recover } from '../../../../src/providers/docker/recover.ts';
import { memorySystem } from '../../../../src/system/memory.ts';
import { contextOver, digest } from '../../claude-code/world.ts';
import { fakeEngine } from './fake-engine.ts';
import { ENGINE_ID, type FakeWorld } from './fake-world.ts';
import { type Call, type Fault, faultyEngine } from './faulty-engine.ts';
import { type Planned, placeFor, workFor } from './works.ts';

export interface Staged {
  readonly ctx: Context;
  readonly events: readonly Event[];
}

/** A machine beside an engine in memory, with the engine's clock. Folders of the host are those of `tree`. */
export function contextBeside(
  world: FakeWorld,
  tree: NonNullable<Parameters<typeof memorySystem>[0]>['tree'] = {},
): Staged {
  const clock: Clock = {
    now: () => world.nowMs,
    monotonic: () => world.nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await new Promise((done) => setImmediate(done));
      signal?.throwIfAborted();
      world.nowMs += ms;
    },
  };
  return contextOver({ ...memorySystem({ tree: { '/home/ann/': '', ...tree } }), clock }, '/home/ann');
}

export type Faults = (call: Call) => Fault | null;

export interface Playing {
  readonly faults?: Faults;
  /** What the code under test takes for the engine: how a test has it do something else than it means to. */
  readonly around?: (engine: Engine) => Engine;
  readonly ctx?: Context;
}

/** Performs one step on the engine, and gives what it asked, whatever became of it. */
export async function play(
  world: FakeWorld,
  work: Work,
  { faults, around = (engine) => engine, ctx = contextBeside(world).ctx }: Playing = {},
): Promise<{ readonly performed: Performed | Error; readonly calls: readonly Call[] }> {
  const engine = faultyEngine(fakeEngine(world), world, faults);
  const performed = await perform([work], ctx, async () => around(engine)).then(
    ([one]) => one as Performed,
    (error: Error) => error,
  );
  return { performed, calls: engine.calls };
}

/** As the next run does, before it looks. */
export async function playRecovery(
  world: FakeWorld,
  begin: Begin,
  { faults, around = (engine) => engine, ctx = contextBeside(world).ctx }: Playing = {},
): Promise<{ readonly left: Awaited<ReturnType<typeof recover>> | Error; readonly calls: readonly Call[] }> {
  const engine = faultyEngine(fakeEngine(world), world, faults);
  const left = await recover([begin], ctx, async () => around(engine)).catch((error: Error) => error);
  return { left, calls: engine.calls };
}

/** What a plan would see at these places. */
export async function observedAt(
  world: FakeWorld,
  places: readonly Place[],
  ids: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, Observed>> {
  return (await observeOn(fakeEngine(world), { context: null, desired: [], places, ids })).objects;
}

/** The step that a plan of `desired` has for what is there now. */
export async function plan(
  world: FakeWorld,
  desired: DesiredObject,
  more: Partial<Planned> = {},
): Promise<Work> {
  const place = placeFor(ENGINE_ID, desired);
  const from = more.previousPlace ?? place;
  const observed = (await observedAt(world, [from])).get(from.key) ?? null;
  return workFor({ desired, observed, place, digest, operation: 'run-2', ...more });
}
