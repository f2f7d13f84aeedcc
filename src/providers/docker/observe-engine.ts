import { engineName, type ObjectKind } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { EngineFacts } from '../../model/provider.ts';
import type { DesiredObject, Observed, Place } from '../../model/resource.ts';
import { askEngine, type Questions } from './ask-engine.ts';
import { connectEngine } from './connect.ts';
import { hostOf } from './endpoint.ts';
import type { Engine, EngineIdentity } from './engine.ts';
import { containerFindings, containersAt, publishedPorts } from './observe-containers.ts';
import {
  ambiguousNetworks,
  claimingImages,
  imagesAt,
  networksAt,
  referenceOf,
  volumesAt,
} from './observe-others.ts';
import { engineIdOf, kindOf, nameOf, objectPlace } from './place.ts';
import { localImagesIn, reviewLocalImages } from './review-local-images.ts';
import { sharesFolders } from './shares-folders.ts';

export interface WantedOfEngine {
  /** The Docker context; null: the engine that the docker command talks to. */
  readonly context: string | null;
  readonly desired: readonly DesiredObject[];
  /** Remembered ones. */
  readonly places: readonly Place[];
  /** Of remembered containers, by `place.key`. */
  readonly ids: ReadonlyMap<string, string>;
}

export interface EngineObservation {
  /** Of the engine that places are on; null while nobody knows. */
  readonly id: string | null;
  readonly objects: ReadonlyMap<string, Observed>;
  readonly findings: readonly Finding[];
  /** Why nothing is known; null when the engine was asked. */
  readonly unavailable: Finding | null;
  readonly facts: EngineFacts | null;
  readonly identity: EngineIdentity | null;
}

/** What one engine has of what is wanted and remembered. Never throws for what an engine says or does not say. */
export async function observeEngine(wanted: WantedOfEngine, ctx: Context): Promise<EngineObservation> {
  try {
    const engine = await connectEngine(wanted.context, ctx);
    const observation = await observeOn(engine, wanted);
    return wanted.desired.some(wantsFolder) ? await withFolders(observation, engine, ctx) : observation;
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return unavailable(wanted, error);
  }
}

function wantsFolder(object: DesiredObject): boolean {
  return object.kind === 'container' && object.container.secretFiles !== undefined;
}

async function withFolders(
  observation: EngineObservation,
  engine: Engine,
  ctx: Context,
): Promise<EngineObservation> {
  const { facts, identity } = observation;
  if (facts === null || identity === null) return observation;
  return { ...observation, facts: { ...facts, sharesFolders: await sharesFolders(engine, identity, ctx) } };
}

/** The same for an engine that is connected. Throws what it throws, and ENGINE_CHANGED. */
export async function observeOn(engine: Engine, wanted: WantedOfEngine): Promise<EngineObservation> {
  const answers = await askEngine(engine, questionsFor(wanted));
  const { identity } = answers;
  requireSame(identity, wanted);
  const places = placesOf(identity.id, wanted);
  const ofKind = (kind: ObjectKind): readonly Place[] => places.filter((place) => kindOf(place) === kind);
  const objects = [
    ...containersAt(ofKind('container'), answers),
    ...networksAt(ofKind('network'), answers),
    ...volumesAt(ofKind('volume'), answers),
    ...imagesAt(ofKind('image'), answers),
  ];
  return {
    id: identity.id,
    objects: new Map(objects.map((each) => [each.place.key, each])),
    findings: [
      ...containerFindings(ofKind('container'), answers),
      ...ambiguousNetworks(ofKind('network'), answers),
      ...claimingImages(ofKind('image'), answers),
      ...reviewLocalImages(wanted.desired, answers, engineName(wanted.context)),
    ],
    unavailable: null,
    facts: { host: hostOf(engine.endpoint), ports: publishedPorts(answers) },
    identity,
  };
}

/** Names are the same on whichever engine it is: it is asked for them before it has said who it is. */
function questionsFor(wanted: WantedOfEngine): Questions {
  const ids = new Map(wanted.places.map((place) => [place.path.join('/'), wanted.ids.get(place.key)]));
  const places = placesOf(null, wanted);
  const named = new Map(places.map((place) => [place.path.join('/'), place]));
  const ofKind = (kind: ObjectKind): readonly Place[] =>
    [...named.values()].filter((place) => kindOf(place) === kind);
  const platforms = new Map(
    wanted.desired.map((object) => [object.name, object.kind === 'image' ? object.platform : null]),
  );
  return {
    containers: ofKind('container').map((place) => ({
      name: nameOf(place),
      id: ids.get(place.path.join('/')),
    })),
    images: [
      ...ofKind('image').map((place) => ({
        reference: referenceOf(place),
        platform: platforms.get(nameOf(place)) ?? undefined,
      })),
      ...localImagesIn(wanted.desired).map(({ name }) => ({ reference: name, platform: undefined })),
    ],
    hasNetworks: ofKind('network').length > 0,
    hasVolumes: ofKind('volume').length > 0,
  };
}

function placesOf(id: string | null, { context, desired, places }: WantedOfEngine): readonly Place[] {
  const all = [...desired.map((object) => objectPlace(id, context, object)), ...places];
  return [...new Map(all.map((place) => [place.key, place])).values()];
}

/** What is remembered of one engine says nothing about another that goes by its name. */
function requireSame({ id }: EngineIdentity, { context, places }: WantedOfEngine): void {
  const other = places.find((place) => (engineIdOf(place) ?? id) !== id);
  if (other === undefined) return;
  const [kind, name] = other.path;
  const way = context === null ? 'DOCKER_HOST or the Docker context' : `the context "${context}"`;
  throw new McpformError(
    'ENGINE_CHANGED',
    `another engine answers as "${engineName(context)}" than the one that has ${kind} "${name}" of this stack`,
    { hint: `point ${way} back to it, or \`mcpform forget\` what it had` },
  );
}

export function unavailable({ context, places }: WantedOfEngine, error: McpformError): EngineObservation {
  const option = context === null ? '' : `--context ${context} `;
  return {
    id: places.map(engineIdOf).find((id) => id !== null) ?? null,
    objects: new Map(),
    findings: [],
    unavailable: {
      code: error.code,
      severity: 'error',
      message: error.message,
      hint: error.hint ?? `see whether \`docker ${option}ps\` answers`,
    },
    facts: null,
    identity: null,
  };
}
