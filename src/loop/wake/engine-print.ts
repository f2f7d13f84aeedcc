import { LABEL_PREFIX } from '../../model/container.ts';
import { inParallel } from '../../model/in-parallel.ts';
import type { ContainerInfo } from '../../providers/docker/api.ts';
import type { EngineEvent } from '../../providers/docker/connection/events.ts';
import type { WatchedEngine } from '../../providers/docker/watch-engine.ts';

/** What a stack has on an engine, in a text: equal where nothing that others can change was changed. */
export interface EnginePrint {
  readonly text: string;
  /** Ids of its containers and networks. */
  readonly ids: ReadonlySet<string>;
}

type Labels = Readonly<Record<string, string>> | null | undefined;

const STACK = `${LABEL_PREFIX}stack`;
/** Of containers that clients start, and end, as they like. */
const LAUNCH = `${LABEL_PREFIX}launch`;
const AT_ONCE = 8;

export async function printEngine(stack: string, engine: WatchedEngine): Promise<EnginePrint> {
  const [summaries, networks, volumes] = await Promise.all([
    engine.listContainers(),
    engine.listNetworks(),
    engine.listVolumes(),
  ]);
  const mine = summaries.filter(({ Labels, Names }) => isOfStack(stack, Labels, Names ?? []));
  const containers = await inParallel(mine, AT_ONCE, async ({ Id }) => {
    const info = await engine.inspectContainer(Id);
    return info === null ? [] : [printContainer(info)];
  });
  const myNetworks = networks.filter(({ Labels, Name }) => isOfStack(stack, Labels, [Name]));
  const myVolumes = volumes.filter(({ Labels, Name }) => isOfStack(stack, Labels, [Name]));
  const lines = [
    ...containers.flat(),
    ...myNetworks.map(({ Id, Name, Labels }) => JSON.stringify(['network', Id, Name, Labels?.[STACK]])),
    ...myVolumes.map(({ Name, Labels }) => JSON.stringify(['volume', Name, Labels?.[STACK]])),
  ];
  const ids = new Set([...mine, ...myNetworks].map(({ Id }) => Id));
  return { text: lines.sort().join('\n'), ids };
}

/** Whether what happened may have changed the print. */
export function isAbout(event: EngineEvent, stack: string, ids: ReadonlySet<string>): boolean {
  const { id, attributes } = event;
  const { name = id, container = '' } = attributes;
  return ids.has(id) || ids.has(container) || isOfStack(stack, attributes, [name]);
}

/** By label, or by a name that it takes from us: a hint is enough to look. */
function isOfStack(stack: string, labels: Labels, names: readonly string[]): boolean {
  if (labels?.[LAUNCH] !== undefined) return false;
  return labels?.[STACK] === stack || names.some((name) => name.replace(/^\//, '').startsWith(`${stack}.`));
}

/** The rest of a container nobody can change but by making another one. */
function printContainer({ Id, Name, State, HostConfig, NetworkSettings }: ContainerInfo): string {
  const { Memory, MemoryReservation, MemorySwap, NanoCpus, CpuShares, PidsLimit, RestartPolicy } = HostConfig;
  const networks = Object.entries(NetworkSettings?.Networks ?? {}).map(([name, { NetworkID, Aliases }]) => [
    name,
    NetworkID,
    [...(Aliases ?? [])].sort(),
  ]);
  return JSON.stringify([
    'container',
    Id,
    Name,
    State.Status,
    // From starting to healthy it comes by itself.
    State.Health?.Status === 'unhealthy',
    [Memory, MemoryReservation, MemorySwap, NanoCpus, CpuShares, PidsLimit, RestartPolicy],
    networks.sort(),
  ]);
}
