import { McpformError } from '../../../model/error.ts';
import type { Observed, Place } from '../../../model/resource.ts';
import type { ContainerInfo } from '../api.ts';
import { readContainer } from '../container-attributes.ts';
import type { Job } from './job.ts';

/** A container as it is, and as a plan says it. */
export interface Found {
  readonly info: ContainerInfo;
  readonly observed: Observed;
}

/** A container by its id or name; null when it is not there. */
export async function readBack(
  { engine, identity }: Pick<Job, 'engine' | 'identity'>,
  idOrName: string,
  place: Place,
): Promise<Found | null> {
  const info = await engine.inspectContainer(idOrName);
  if (info === null) return null;
  const image = await engine.inspectImage(info.Image);
  const reading = { info, image, kind: identity.kind, engine: identity };
  return { info, observed: { place, ...readContainer(reading), id: info.Id } };
}

/** The same for one that was there a moment ago. */
export async function readBackOurs(job: Job, id: string): Promise<Found> {
  const { step } = job.work;
  const found = await readBack(job, id, step.place);
  if (found !== null) return found;
  throw new McpformError('ENGINE_CONTAINER', `somebody removed the container of "${step.address}"`, {
    hint: 'find out who, and apply again',
  });
}
