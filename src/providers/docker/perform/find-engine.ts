import type { Context } from '../../../model/context.ts';
import { McpformError } from '../../../model/error.ts';
import type { Place } from '../../../model/resource.ts';
import type { Engine, EngineIdentity } from '../engine.ts';
import { contextOf, engineIdOf } from '../place.ts';

/** Reaches the engine of a Docker context; null: the one of the docker command. */
export type Connect = (context: string | null, ctx: Context) => Promise<Engine>;

export interface Reached {
  readonly engine: Engine;
  readonly identity: EngineIdentity;
}

interface Asked {
  readonly sinceMs: number;
  readonly reached: Promise<Reached>;
}

/** Steps of one run start close to one another, and asking who an engine is takes longer than many of them. */
const FRESH_MS = 5000;

const asked = new WeakMap<Context, Map<string, Asked>>();

/**
 * The engine that has a place. Rejects with ENGINE_CHANGED when another engine goes by its name by now, and with what
 * `connect` does.
 */
export async function findEngine(place: Place, connect: Connect, ctx: Context): Promise<Reached> {
  const reached = await reachOnce(place, connect, ctx);
  if (reached.identity.id === engineIdOf(place)) return reached;
  const message = `another engine answers as "${place.file}" than when the plan was made`;
  throw new McpformError('ENGINE_CHANGED', message, {
    hint: 'point back to it (`DOCKER_HOST`, the Docker context), or plan again',
  });
}

function reachOnce(place: Place, connect: Connect, ctx: Context): Promise<Reached> {
  const engines = asked.get(ctx) ?? new Map<string, Asked>();
  asked.set(ctx, engines);
  const nowMs = ctx.system.clock.monotonic();
  const last = engines.get(place.file);
  if (last !== undefined && nowMs - last.sinceMs < FRESH_MS) return last.reached;
  const reached = reach(place, connect, ctx);
  engines.set(place.file, { sinceMs: nowMs, reached });
  reached.catch(() => engines.delete(place.file));
  return reached;
}

async function reach(place: Place, connect: Connect, ctx: Context): Promise<Reached> {
  const engine = await connect(contextOf(place), ctx);
  return { engine, identity: await engine.identity() };
}
