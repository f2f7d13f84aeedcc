import type { Context } from '../../../model/context.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Work } from '../../../model/provider.ts';
import type { Engine, EngineIdentity } from '../engine.ts';

/** One step, the engine that it is about, and the journal's name for it. */
export interface Job {
  readonly work: Work;
  readonly engine: Engine;
  readonly identity: EngineIdentity;
  readonly operation: string;
  readonly ctx: Context;
}

/** The whole object as it is wanted. */
export function wantedOf({ attributes, step }: Work): JsonObject {
  if (attributes === null) throw new Error(`nothing is wanted of "${step.address}"`);
  return attributes;
}

/** What the lock calls the image: an engine is asked for some by an id alone. */
export function pinnedName({ record, step }: Work): string {
  return record?.pin?.name ?? step.address;
}
