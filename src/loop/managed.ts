import type { Step } from '../model/plan.ts';
import type { Place } from '../model/resource.ts';
import type { Managed } from './model.ts';

/** What a stack has on this machine, or wants to have: what is worth watching. `done`: steps that were performed. */
export function managedAt(places: readonly Place[], done: readonly Step[]): Managed {
  const files = new Set<string>();
  const engines = new Set<string | null>();
  for (const { file } of places) {
    const engine = /^docker(?:@(.*))?$/.exec(file);
    if (engine === null) files.add(file);
    else engines.add(engine[1] ?? null);
  }
  const written = new Set(done.map(({ place }) => place.file));
  return { files: [...files].sort(), engines: [...engines], written: [...written] };
}
