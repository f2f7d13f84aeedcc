import { inParallel } from '../../../model/in-parallel.ts';
import type { ContainerInfo } from '../api.ts';
import type { Engine } from '../engine.ts';

type Condition = (info: ContainerInfo) => boolean;

/** The containers, running or not and of whomever, of which something holds. */
export async function containersThat(engine: Engine, holds: Condition): Promise<readonly ContainerInfo[]> {
  const all = await inParallel(await engine.listContainers(), 8, ({ Id }) => engine.inspectContainer(Id));
  return all.flatMap((info) => (info !== null && holds(info) ? [info] : []));
}

export function isIn(network: string): Condition {
  return ({ NetworkSettings }) => Object.hasOwn(NetworkSettings?.Networks ?? {}, network);
}
