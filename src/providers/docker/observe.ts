import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import type { Observation, ObserveRequest } from '../../model/provider.ts';
import type { DesiredObject, Place } from '../../model/resource.ts';
import { type EngineObservation, observeEngine, unavailable, type WantedOfEngine } from './observe-engine.ts';
import { contextOf } from './place.ts';
import { assertObject } from './render.ts';

/** What `identify` and `review` need of the engines, by `place.file`. */
export interface DockerFacts {
  readonly engines: ReadonlyMap<string, EngineObservation>;
}

/** Asks every engine that something is desired of or remembered on, all at once: one that is down breaks no other. */
export async function observe(request: ObserveRequest, ctx: Context): Promise<Observation> {
  const wanted = wantedOf(request);
  const observed = await Promise.all(
    [...wanted].map(async ([file, of]) => {
      const closed = request.closed?.get(file);
      return [file, closed === undefined ? await observeEngine(of, ctx) : unavailable(of, closed)] as const;
    }),
  );
  const facts: DockerFacts = { engines: new Map(observed) };
  return {
    objects: new Map(observed.flatMap(([, { objects }]) => [...objects])),
    containers: new Map(),
    unavailable: new Map(
      observed.flatMap(([file, { unavailable }]) => (unavailable === null ? [] : [[file, unavailable]])),
    ),
    config: null,
    findings: observed.flatMap(([, { findings }]) => findings),
    engines: new Map(
      observed.flatMap(([file, engine]) => (engine.facts === null ? [] : [[file, engine.facts]])),
    ),
    facts,
  };
}

function wantedOf({ desired, places, ids }: ObserveRequest): ReadonlyMap<string, WantedOfEngine> {
  const objects = desired.map((each): DesiredObject => {
    assertObject(each);
    return each;
  });
  const files = new Set([...objects.map(fileOf), ...places.map(({ file }) => file)]);
  return new Map(
    [...files].sort().map((file) => [
      file,
      {
        context: contextOf({ file }),
        desired: objects.filter((each) => fileOf(each) === file),
        places: places.filter((place: Place) => place.file === file),
        ids,
      },
    ]),
  );
}

function fileOf({ engine }: DesiredObject): string {
  return engineName(engine);
}
