import { McpformError } from '../../../model/error.ts';
import { isOfLineage } from '../labels.ts';
import { nameOf } from '../place.ts';
import { isAsPlanned } from './check-precondition.ts';
import type { Job } from './job.ts';
import { type Found, readBack } from './read-back.ts';
import { moved } from './results.ts';

/**
 * The container that a step is about, just as the plan saw it; null when it is gone. Whatever it is called by now.
 * ENGINE_PLACE_MOVED when it is another one, or not as it was.
 */
export async function findContainer(job: Job): Promise<Found | null> {
  const { step, record } = job.work;
  const known = [record?.objectId, nameOf(step.previousPlace ?? step.place)];
  let isThere = false;
  for (const idOrName of known) {
    const found = idOrName === undefined ? null : await readBack(job, idOrName, step.place);
    if (found !== null && isPlanned(found, job)) return found;
    isThere ||= found !== null;
  }
  const renamed = await findRenamed(job);
  if (renamed === null && isThere) throw moved(job.work);
  return renamed;
}

function isPlanned({ observed }: Found, { work, ctx }: Job): boolean {
  return isAsPlanned(observed.attributes, work.step, ctx.digest);
}

/** Among all that say they are of these books: for a step that leaves them, nobody remembers the id. */
async function findRenamed(job: Job): Promise<Found | null> {
  const { engine, work } = job;
  for (const { Id, Labels } of await engine.listContainers()) {
    if (!isOfLineage(Labels, work.lineage)) continue;
    const found = await readBack(job, Id, work.step.place);
    if (found !== null && isPlanned(found, job)) return found;
  }
  return null;
}

/** ENGINE_NAME_TAKEN when there is a container of this name. */
export async function checkNameIsFree({ engine }: Job, name: string): Promise<void> {
  if ((await engine.inspectContainer(name)) === null) return;
  throw new McpformError('ENGINE_NAME_TAKEN', `"${engine.name}" has another container "${name}" by now`, {
    hint: 'it was left alone: rename it, or the server',
  });
}
