import type { Observation, Provider } from '../../model/provider.ts';
import type { Observed } from '../../model/resource.ts';
import { loadProvider } from '../../providers/index.ts';
import type { Resource } from '../expansion.ts';
import type { Rendered } from '../observe.ts';
import { placeServices } from '../place-services.ts';
import { NOMINAL, ROOT } from './nominal.ts';

/** Providers that somebody needs, and where things are that go through them, on every machine. */
export interface NominalWorld {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly observations: ReadonlyMap<string, Observation>;
}

export async function nominalWorld(resources: readonly Resource[]): Promise<NominalWorld> {
  const names = [...new Set(resources.map(({ desired }) => desired.provider))].sort();
  const loaded = await Promise.all(names.map(async (name) => [name, await loadProvider(name)] as const));
  const observations = loaded.map(([name, provider]) => {
    const desired = resources.map((each) => each.desired).filter((each) => each.provider === name);
    const targets = desired.flatMap((each) => (each.kind === 'entry' ? [each.target] : []));
    return [name, provider.nominal({ targets, desired, root: ROOT })] as const;
  });
  return { providers: new Map(loaded), observations: new Map(observations) };
}

/** Resources with their places, and ports that a machine would choose: those that `objects` have stay. */
export function placeAll(
  resources: readonly Resource[],
  { providers, observations }: NominalWorld,
  objects: ReadonlyMap<string, Observed>,
): readonly Rendered[] {
  const seen = new Map([...observations].map(([name, observation]) => [name, { ...observation, objects }]));
  const placed = placeServices(resources, { providers, observations: seen, ...NOMINAL });
  return placed.map((resource) => {
    const { provider: name, address } = resource.desired;
    const [provider, observation] = [providers.get(name), observations.get(name)];
    if (provider === undefined || observation === undefined) throw new Error(`"${address}" is of nobody`);
    return { ...resource, place: provider.identify(resource.desired, observation) };
  });
}

export function providerOf({ providers }: NominalWorld, name: string): Provider {
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`nothing is of provider "${name}"`);
  return provider;
}
