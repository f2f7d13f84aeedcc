import type { Context } from '../../../model/context.ts';
import type { Engine } from '../engine.ts';

/**
 * Containers that one engine makes or starts at once. More of them are not faster, and then each takes so long that
 * health checks fail; the rest of a step, which mostly waits, is not counted.
 */
const AT_ONCE = 8;

interface Turns {
  taken: number;
  readonly waiting: (() => void)[];
}

const turnsOf = new WeakMap<Context, Map<string, Turns>>();

/** Does it when it is its turn on that engine, in the order of asking. */
export async function inTurn<Result>(
  engine: Engine,
  ctx: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  const engines = turnsOf.get(ctx) ?? new Map<string, Turns>();
  turnsOf.set(ctx, engines);
  const turns = engines.get(engine.name) ?? { taken: 0, waiting: [] };
  engines.set(engine.name, turns);
  if (turns.taken === AT_ONCE) await new Promise<void>((go) => turns.waiting.push(go));
  else turns.taken += 1;
  try {
    return await work();
  } finally {
    const next = turns.waiting.shift();
    if (next === undefined) turns.taken -= 1;
    else next();
  }
}
