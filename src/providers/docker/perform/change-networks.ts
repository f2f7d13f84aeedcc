import { fromPointer } from '../../../model/json.ts';
import { isWithin } from '../../../model/leaves.ts';
import { asContainer, type ContainerAttributes, DEFAULT_NETWORK } from '../attributes.ts';
import { type Job, wantedOf } from './job.ts';
import type { Found } from './read-back.ts';
import type { Undo } from './update-container.ts';

type Aliases = readonly string[] | undefined;

/** In which networks a container is, and under which names. New ones first, so that it is always in one. */
export async function changeNetworks(job: Job, found: Found, undos: Undo[]): Promise<void> {
  const before = aliasesIn(asContainer(found.observed.attributes));
  const after = aliasesIn(asContainer(wantedOf(job.work)));
  const names = namesIn(job, [...before.keys(), ...after.keys()]);
  const isNew = (name: string): boolean => !before.has(name);
  for (const name of [...names.filter(isNew), ...names.filter((name) => !isNew(name))]) {
    await changeNetwork(job, found, { name, before: before.get(name), after: after.get(name) }, undos);
  }
}

function aliasesIn({ networks = {} }: ContainerAttributes): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(networks).map(([name, { aliases }]) => [name, aliases]));
}

/** Those that the step is about. */
function namesIn({ work }: Job, known: readonly string[]): readonly string[] {
  const named = work.step.paths.flatMap(({ pointer }) => {
    if (pointer === '/networks') return known;
    const [, name] = isWithin(pointer, '/networks') ? fromPointer(pointer) : [];
    return name === undefined ? [] : [name];
  });
  return [...new Set(named)].sort();
}

interface Membership {
  readonly name: string;
  readonly before: Aliases;
  readonly after: Aliases;
}

/** An engine gives other names only to who comes anew. */
async function changeNetwork(
  { engine, identity }: Job,
  { info }: Found,
  { name, before, after }: Membership,
  undos: Undo[],
): Promise<void> {
  const network = name === DEFAULT_NETWORK ? (identity.kind === 'podman' ? 'podman' : 'bridge') : name;
  if (before !== undefined) {
    undos.unshift(() => engine.connectNetwork(network, info.Id, before));
    await engine.disconnectNetwork(network, info.Id);
  }
  if (after !== undefined) {
    undos.unshift(() => engine.disconnectNetwork(network, info.Id));
    await engine.connectNetwork(network, info.Id, after);
  }
}
