import { asContainer } from '../attributes.ts';
import { readContainer } from '../container-attributes.ts';
import type { Engine } from '../engine.ts';
import { isMadeBy } from '../labels.ts';
import { clashes } from './clashes.ts';
import type { Found } from './read-back.ts';
import { stopGently } from './retire-container.ts';

interface Replacement {
  readonly old: Found;
  /** What the new one is called. */
  readonly name: string;
  readonly operation: string;
}

/**
 * An engine goes on stopping a container when whoever asked for it is gone, for as long as its grace is. The old one of
 * a replacement is stopped when the new one is there and not started yet: then nobody can tell whether it is about to
 * end, so it is stopped to be sure, and starts anew.
 */
export async function endStopInFlight(engine: Engine, { old, name, operation }: Replacement): Promise<void> {
  const made = await engine.inspectContainer(name);
  if (made === null || !isMadeBy(made.Config.Labels, operation) || made.State.Status !== 'created') return;
  // The image matters for nothing that two containers could clash by.
  const { attributes } = readContainer({ info: made, image: null, kind: 'docker' });
  if (clashes(asContainer(old.observed.attributes), asContainer(attributes)))
    await stopGently(engine, old.info.Id);
}
