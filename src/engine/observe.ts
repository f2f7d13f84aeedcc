import type { Address, Target } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Pointer } from '../model/json.ts';
import type { EngineFacts, Observation, ObserveRequest, Provider } from '../model/provider.ts';
import type { Observed, Place } from '../model/resource.ts';
import { loadProvider } from '../providers/index.ts';
import type { Resource } from './expansion.ts';

/** A desired object in its provider's words, with the place it goes to. */
export interface Rendered extends Resource {
  readonly place: Place;
  /** Where secrets were filled in that are no longer what was written, although nobody asked for others. */
  readonly drifted?: readonly Pointer[];
  /** It runs without its folder of secrets, which is gone: no start of it brings that back. */
  readonly hasLostSecrets?: true;
  /** What the books are to say of its secrets. Set once they were looked up. */
  readonly books?: Pick<InventoryEntry, 'fingerprints' | 'filled'>;
}

/** What the world looks like, and where desired objects go in it. */
export interface World {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly observations: ReadonlyMap<string, Observation>;
  readonly rendered: readonly Rendered[];
  /** By `place.key`, over all providers. */
  readonly objects: ReadonlyMap<string, Observed>;
  /** By file, over all providers. */
  readonly unavailable: ReadonlyMap<string, Finding>;
  /** Resolved config path per provider. */
  readonly configs: Readonly<Record<string, string>>;
  /** By `place.file`, over all providers. */
  readonly engines: ReadonlyMap<string, EngineFacts>;
  readonly findings: readonly Finding[];
}

export interface ObserveWorld {
  readonly resources: readonly Resource[];
  /** Remembered objects: read too, so that drift and deletion are seen. */
  readonly places: readonly {
    readonly provider: string;
    readonly place: Place;
    readonly objectId?: string;
  }[];
  /** Targets to look at although nothing is desired there (discovery). */
  readonly targets?: readonly Target[];
  readonly root: string | null;
  /** By `place.file`: engines that nobody asks now, and why. Nothing there is judged or touched. */
  readonly closed?: ObserveRequest['closed'];
}

/** Asks every provider that is concerned, in parallel. Changes nothing. */
export async function observeWorld(request: ObserveWorld, ctx: Context): Promise<World> {
  const names = new Set([
    ...request.resources.map(({ desired }) => desired.provider),
    ...request.places.map(({ provider }) => provider),
    ...(request.targets ?? []).map(({ client }) => client),
  ]);
  const providers = new Map<string, Provider>();
  const observations = new Map<string, Observation>();
  await Promise.all(
    [...names].sort().map(async (name) => {
      const provider = await loadProvider(name);
      const own = request.resources.filter(({ desired }) => desired.provider === name);
      const known = request.places.filter((place) => place.provider === name);
      const observation = await provider.observe(
        {
          targets: [
            ...own.flatMap(({ desired }) => (desired.kind === 'entry' ? [desired.target] : [])),
            ...(request.targets ?? []).filter(({ client }) => client === name),
          ],
          desired: own.map(({ desired }) => desired),
          places: known.map(({ place }) => place),
          ids: new Map(
            known.flatMap(({ place, objectId }) => (objectId === undefined ? [] : [[place.key, objectId]])),
          ),
          root: request.root,
          ...(request.closed === undefined ? {} : { closed: request.closed }),
        },
        ctx,
      );
      providers.set(name, provider);
      observations.set(name, observation);
    }),
  );
  return await assemble(request.resources, { providers, observations }, ctx);
}

export interface Asked {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly observations: ReadonlyMap<string, Observation>;
}

/** What providers saw, with everything in its place. */
export async function assemble(resources: readonly Resource[], asked: Asked, ctx: Context): Promise<World> {
  const { providers, observations } = asked;
  const hasServices = resources.some(({ desired }) => desired.kind === 'container');
  const placed = hasServices ? await placeThem(resources, asked, ctx) : { resources, findings: [] };
  const rendered = placed.resources.map((resource): Rendered => {
    const { provider: name, address } = resource.desired;
    const provider = providers.get(name) as Provider;
    const place = provider.identify(resource.desired, observations.get(name) as Observation);
    return placed.lost?.has(address) ? { ...resource, place, hasLostSecrets: true } : { ...resource, place };
  });
  const all = [...observations.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    providers,
    observations,
    rendered,
    objects: new Map(all.flatMap(([, { objects }]) => [...objects])),
    unavailable: new Map(all.flatMap(([, { unavailable }]) => [...unavailable])),
    configs: Object.fromEntries(
      all.flatMap(([name, { config }]) => (config === null ? [] : [[name, config]])),
    ),
    engines: new Map(all.flatMap(([, { engines = [] }]) => [...engines])),
    findings: [...all.flatMap(([, observation]) => observation.findings), ...placed.findings],
  };
}

interface PlacedResources extends Pick<World, 'findings'> {
  readonly resources: readonly Resource[];
  readonly lost?: ReadonlySet<Address>;
}

async function placeThem(
  resources: readonly Resource[],
  asked: Asked,
  ctx: Context,
): Promise<PlacedResources> {
  const { placeServices, wantsPort } = await import('./place-services.ts');
  const { placeSecrets, wantsSecretFiles } = await import('./place-secrets.ts');
  const known: PlacedResources = resources.some(wantsSecretFiles)
    ? await placeSecrets(resources, asked, ctx)
    : { resources, findings: [] };
  const { launcher, platform } = ctx;
  const seen = { ...asked, launcher, platform };
  if (!wantsPort(known.resources, seen)) return { ...known, resources: placeServices(known.resources, seen) };
  const { listeningPorts } = await import('./listening-ports.ts');
  const listening = await listeningPorts(ctx);
  return { ...known, resources: placeServices(known.resources, { ...seen, listening }) };
}

export function addressesOf(world: Pick<World, 'rendered'>): ReadonlyMap<Address, Place> {
  return new Map(world.rendered.map(({ desired, place }) => [desired.address, place]));
}
