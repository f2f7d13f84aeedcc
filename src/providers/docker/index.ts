import { engineName } from '../../model/address.ts';
import type { Observation, Provider } from '../../model/provider.ts';
import type { Desired, Place } from '../../model/resource.ts';
import { nominal } from './nominal.ts';
import { type DockerFacts, observe } from './observe.ts';
import { objectPlace } from './place.ts';
import { assertObject, render } from './render.ts';
import { review } from './review.ts';
import { forcesReplacement, holdsData, isSensitive, isVolatile, ownsAll } from './traits.ts';

/** Container engines: Docker and Podman, through the API that both speak. */
export const docker: Provider = {
  name: 'docker',
  observe,
  nominal,
  render,
  // Render and observe make nothing else than the one form.
  normalize: (attributes) => attributes,
  identify,
  forcesReplacement,
  isSensitive,
  ownsAll,
  isVolatile,
  holdsData,
  review,
  groupOf: (step) => step.address,
  // What writes is loaded when there is something to write.
  perform: async (work, ctx) => (await import('./perform.ts')).perform(work, ctx),
  recover: async (pending, ctx) => (await import('./recover.ts')).recover(pending, ctx),
  diagnose: async (ctx) => (await import('./diagnose.ts')).diagnose(ctx),
};

function identify(desired: Desired, { facts }: Observation): Place {
  assertObject(desired);
  const engine = (facts as DockerFacts).engines.get(engineName(desired.engine));
  if (engine === undefined) throw new Error(`the engine of "${desired.address}" was not observed`);
  return objectPlace(engine.id, desired.engine, desired);
}
