import { dirname } from 'node:path';
import type { Context } from '../../src/model/context.ts';
import { isErrno } from '../../src/model/error.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { digestWhole } from '../../src/model/leaves.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Observation, Performed, Provider, Work } from '../../src/model/provider.ts';
import type { Observed, Place } from '../../src/model/resource.ts';

type World = Record<string, JsonObject>;

/** A provider whose objects are the members of one JSON file per group. Files go through the context's system. */
export class InMemoryProvider implements Provider {
  readonly name = 'memory';
  /** Addresses of each call of `perform`, in order. */
  readonly calls: (readonly string[])[] = [];
  /** Runs in the middle of each `perform`. */
  onPerform: (work: readonly Work[]) => Promise<void> = async () => undefined;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  placeOf(group: string, name: string): Place {
    const file = `${this.#folder}/${group}.json`;
    return { key: `${file}#${name}`, file, path: [name], isShared: false };
  }

  groupOf(step: Step): string {
    return step.place.file;
  }

  async perform(work: readonly Work[], ctx: Context): Promise<readonly Performed[]> {
    this.calls.push(work.map(({ step }) => step.address));
    const file = work[0]?.step.place.file ?? '';
    try {
      const world = await readWorld(file, ctx);
      const before = JSON.stringify(world);
      const refused = new Map(work.flatMap((one) => change(world, one, ctx)));
      await this.onPerform(work);
      if (JSON.stringify(world) !== before) await writeWorld(file, world, ctx);
      return work.map(({ step }) => {
        const message = refused.get(step.address);
        const observed = observedAt(world, step.place);
        if (message === undefined) return { address: step.address, result: 'done', observed, findings: [] };
        return { ...failed(step, message), observed };
      });
    } catch (error) {
      return this.#failedAll(work, error, ctx);
    }
  }

  /** Reads every group file. */
  async look(ctx: Context): Promise<Pick<Observation, 'objects'>> {
    const objects = new Map<string, Observed>();
    const names = await ctx.system.files.list(this.#folder);
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const world = await readWorld(`${this.#folder}/${name}`, ctx);
      for (const key of Object.keys(world)) {
        const place = this.placeOf(name.slice(0, -'.json'.length), key);
        const observed = observedAt(world, place);
        if (observed !== null) objects.set(place.key, observed);
      }
    }
    return { objects };
  }

  async #failedAll(work: readonly Work[], error: unknown, ctx: Context): Promise<readonly Performed[]> {
    const message = error instanceof Error ? error.message : String(error);
    const world = await readWorld(work[0]?.step.place.file ?? '', ctx).catch(() => null);
    return work.map(({ step }) => ({
      ...failed(step, message),
      observed: world === null ? null : observedAt(world, step.place),
    }));
  }

  observe = notUsed;
  nominal = notUsed;
  render = notUsed;
  identify = notUsed;
  normalize = notUsed;
  forcesReplacement = notUsed;
  isSensitive = notUsed;
  review = notUsed;
}

function notUsed(): never {
  throw new Error('apply never asks this');
}

function failed(step: Step, message: string): Omit<Performed, 'observed'> {
  const error = { code: 'STATE_UNWRITABLE', message } as const;
  return { address: step.address, result: 'failed', error, findings: [] };
}

function observedAt(world: World, place: Place): Observed | null {
  const attributes = world[place.path[0] as string];
  return attributes === undefined ? null : { place, attributes, unknown: [] };
}

/** Changes the world as the step says, or answers why not. */
function change(world: World, { step, attributes }: Work, ctx: Context): readonly [string, string][] {
  const at = step.previousPlace ?? step.place;
  const now = observedAt(world, at);
  const found = now === null ? 'absent' : digestWhole(now.attributes, ctx.digest);
  if (found !== step.precondition) return [[step.address, `${step.address} is not as planned`]];
  const name = step.place.path[0] as string;
  if (at !== step.place) delete world[at.path[0] as string];
  if (step.action === 'delete') delete world[name];
  else if (attributes !== null) world[name] = attributes;
  return [];
}

export async function readWorld(file: string, ctx: Pick<Context, 'system'>): Promise<World> {
  try {
    return JSON.parse((await ctx.system.files.read(file)).toString()) as World;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return {};
    throw error;
  }
}

async function writeWorld(file: string, world: World, { system }: Context): Promise<void> {
  const temporary = `${file}.tmp`;
  await system.files.remove(temporary).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
  });
  await system.files.create(temporary, JSON.stringify(world as Json), { mode: 0o600, sync: true });
  await system.files.rename(temporary, file);
  await system.files.syncFolder(dirname(file));
}
