import type { Performed } from '../../../model/provider.ts';
import { createContainer } from './create-container.ts';
import { deleteContainer } from './delete-container.ts';
import { findContainer } from './find-container.ts';
import type { Job } from './job.ts';
import type { Found } from './read-back.ts';
import { replaceContainer } from './replace-container.ts';
import { done, moved } from './results.ts';
import { updateContainer } from './update-container.ts';

/** Performs one step about a container. What it throws left nothing behind. */
export async function performContainer(job: Job): Promise<Performed> {
  const { work } = job;
  switch (work.step.action) {
    case 'create':
      return await createContainer(job);
    case 'replace':
      return await replaceContainer(job, await findPlanned(job));
    case 'update':
    case 'move':
      return await updateContainer(job, await findPlanned(job));
    case 'delete':
      return await deleteContainer(job);
    case 'adopt':
    case 'record':
      return done(work, (await findPlanned(job)).observed);
    case 'forget':
      return done(work, null);
    case 'conflict':
      throw new Error(`"${work.step.address}" is in conflict and must not be performed`);
  }
}

async function findPlanned(job: Job): Promise<Found> {
  const found = await findContainer(job);
  if (found === null) throw moved(job.work);
  return found;
}
