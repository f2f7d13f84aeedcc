import { McpformError } from '../../../../src/model/error.ts';
import type { ContainerRequest } from '../../../../src/providers/docker/api.ts';
import type { Engine } from '../../../../src/providers/docker/engine.ts';
import { create, nextId, start, stop } from './fake-engine.ts';
import type { FakeWorld, Late } from './fake-world.ts';

/** Thrown where the process that calls is gone. No code of ours may make anything of it. */
export class Gone extends Error {}

export interface Call {
  /** From 1. */
  readonly n: number;
  readonly name: keyof Engine;
  readonly args: readonly unknown[];
}

export type Fault =
  /** The caller is killed; the call is not heard, has been done, or is done a while later by an engine that goes on. */
  | { readonly kind: 'killed'; readonly call: 'lost' | 'done' | 'late' }
  /** The engine is gone from here on. */
  | { readonly kind: 'down'; readonly call: 'lost' | 'done' }
  /** This one call fails. */
  | { readonly kind: 'refused'; readonly error: McpformError };

/** A caller of an engine whom something befalls. `calls` is all that was asked so far, what failed included. */
export function faultyEngine(
  engine: Engine,
  world: FakeWorld,
  fault: (call: Call) => Fault | null = () => null,
): Engine & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  let lasting: Fault | null = null;
  const wrap =
    (name: keyof Engine, run: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]): Promise<unknown> => {
      landLate(world);
      if (lasting !== null) throw errorOf(lasting);
      const call = { n: calls.length + 1, name, args };
      calls.push(call);
      const now = fault(call);
      if (now === null) return await run(...args);
      if (now.kind === 'refused') throw now.error;
      lasting = now;
      if (now.call === 'done') await run(...args);
      if (now.call === 'late') await schedule(world, call, run);
      throw errorOf(now);
    };
  const wrapped = Object.fromEntries(
    Object.entries(engine).map(([name, member]) => [
      name,
      typeof member === 'function' && name !== 'logs'
        ? wrap(name as keyof Engine, member.bind(engine))
        : member,
    ]),
  );
  return { ...(wrapped as unknown as Engine), calls };
}

function errorOf(fault: Fault): Error {
  if (fault.kind === 'refused') return fault.error;
  return fault.kind === 'killed'
    ? new Gone('killed')
    : new McpformError('ENGINE_UNAVAILABLE', 'docker: nothing listens there');
}

/** Calls that change something: the others need no crash of their own. */
export function hasEffect({ name }: Call): boolean {
  return !/^(?:list|inspect|identity|logs|stats|wait)/.test(name);
}

/** What engines take a while for. */
const LATE_MS: Readonly<Record<string, { readonly effect: Late['effect']; readonly ms: number }>> = {
  createContainer: { effect: 'create', ms: 300 },
  startContainer: { effect: 'start', ms: 100 },
  stopContainer: { effect: 'stop', ms: 2000 },
  removeContainer: { effect: 'remove', ms: 300 },
};

async function schedule(
  world: FakeWorld,
  { name, args }: Call,
  run: (...args: unknown[]) => unknown,
): Promise<void> {
  const late = LATE_MS[name];
  if (late === undefined) return void (await run(...args));
  const isCreation = late.effect === 'create';
  world.late.push({
    atMs: world.nowMs + late.ms,
    effect: late.effect,
    id: isCreation ? nextId(world) : (args[0] as string),
    ...(isCreation ? { request: args[0] as ContainerRequest } : {}),
  });
}

/** Whose time has come. */
export function landLate(world: FakeWorld): void {
  const due = world.late.filter(({ atMs }) => atMs <= world.nowMs);
  world.late.splice(0, world.late.length, ...world.late.filter((late) => !due.includes(late)));
  for (const late of due) {
    try {
      land(world, late);
    } catch (error) {
      // Nobody is there to be told.
      if (!(error instanceof McpformError)) throw error;
    }
  }
}

function land(world: FakeWorld, { effect, id, request }: Late): void {
  const container = world.containers.get(id);
  if (effect === 'create' && request !== undefined) create(world, request, id);
  if (effect === 'remove') world.containers.delete(id);
  if (container === undefined) return;
  if (effect === 'stop' && container.status === 'running') stop(world, container);
  if (effect === 'start') start(world, container);
}
