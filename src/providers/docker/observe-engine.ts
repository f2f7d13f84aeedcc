import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { EngineFacts } from '../../model/provider.ts';
import type { DesiredObject, Observed, Place } from '../../model/resource.ts';
import { connectEngine } from './connect.ts';
import { hostOf } from './endpoint.ts';
import type { Engine, EngineIdentity } from './engine.ts';
import { observeContainers } from './observe-containers.ts';
import { observeImages, observeNetworks, observeVolumes } from './observe-others.ts';
import { engineIdOf, kindOf, objectPlace } from './place.ts';

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
}

/** What one engine has of what is wanted and remembered. Never throws for what an engine says or does not say. */
export async function observeEngine(wanted: WantedOfEngine, ctx: Context): Promise<EngineObservation> {
  try {
    const engine = await connectEngine(wanted.context, ctx);
    return await look(engine, wanted);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return unavailable(wanted, error);
  }
}

async function look(engine: Engine, wanted: WantedOfEngine): Promise<EngineObservation> {
  const [identity, summaries] = await Promise.all([engine.identity(), engine.listContainers()]);
  requireSame(identity, wanted);
  const places = placesOf(identity, wanted);
  const ofKind = (kind: DesiredObject['kind']): readonly Place[] =>
    places.filter((place) => kindOf(place) === kind);
  const [containers, networks, volumes, images] = await Promise.all([
    observeContainers({ engine, identity, summaries }, ofKind('container'), wanted.ids),
    observeNetworks(engine, ofKind('network')),
    observeVolumes(engine, ofKind('volume')),
    observeImages(engine, ofKind('image')),
  ]);
  return {
    id: identity.id,
    objects: new Map(
      [...containers.objects, ...networks.objects, ...volumes, ...images].map((each) => [
        each.place.key,
        each,
      ]),
    ),
    findings: [...containers.findings, ...networks.findings],
    unavailable: null,
    facts: { host: hostOf(engine.endpoint), ports: containers.ports },
  };
}

function placesOf({ id }: EngineIdentity, { context, desired, places }: WantedOfEngine): readonly Place[] {
  const all = [...desired.map((object) => objectPlace(id, context, object)), ...places];
  return [...new Map(all.map((place) => [place.key, place])).values()];
}

/** What is remembered of one engine says nothing about another that goes by its name. */
function requireSame({ id }: EngineIdentity, { context, places }: WantedOfEngine): void {
  const other = places.find((place) => (engineIdOf(place) ?? id) !== id);
  if (other === undefined) return;
  const name = engineName(context);
  throw new McpformError(
    'ENGINE_CHANGED',
    `another engine answers as "${name}" than the one that has ${kindOf(other)} "${other.path[1]}" of this stack`,
    {
      hint: `point ${context === null ? 'DOCKER_HOST or the Docker context' : `the context "${context}"`} back to it, or \`mcpform forget\` what it had`,
    },
  );
}

function unavailable({ context, places }: WantedOfEngine, error: McpformError): EngineObservation {
  const remembered = places.map(engineIdOf).find((id) => id !== null);
  return {
    id: remembered ?? null,
    objects: new Map(),
    findings: [],
    unavailable: {
      code: error.code,
      severity: 'error',
      message: error.message,
      hint:
        error.hint ?? `see whether \`docker ${context === null ? '' : `--context ${context} `}ps\` answers`,
    },
    facts: null,
  };
}
