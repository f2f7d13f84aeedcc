import type { Performed } from '../../../model/provider.ts';
import { nameOf } from '../place.ts';
import { checkSources } from './check-sources.ts';
import { checkNameIsFree } from './find-container.ts';
import type { Job } from './job.ts';
import { makeContainer, prepareContainer, removeMade } from './make-container.ts';
import { readBackOurs } from './read-back.ts';
import { done, failed, failureOf, leftOpen } from './results.ts';
import { waitUntilItWorks } from './start-container.ts';
import { startOrExplain } from './start-or-explain.ts';
import { inTurn } from './take-turns.ts';

/** Creates, starts, and waits until it works; what does not is removed again. */
export async function createContainer(job: Job): Promise<Performed> {
  const { work, engine, operation } = job;
  const name = nameOf(work.step.place);
  await checkNameIsFree(job, name);
  const creation = await prepareContainer(job);
  try {
    const id = await makeContainer(job, creation);
    await startMade(job, id);
    return done(work, (await readBackOurs(job, id)).observed);
  } catch (error) {
    const failure = failureOf(error);
    try {
      await removeMade(engine, name, operation);
    } catch (undoing) {
      return leftOpen(work, failure, undoing);
    }
    return failed(work, failure);
  }
}

/**
 * Starts what this step made, right after `before`: what that stops is away for no longer than it has to. Links are
 * looked at again, as the engine has just followed them.
 */
export async function startMade(
  job: Job,
  id: string,
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { engine, ctx } = job;
  await inTurn(engine, ctx, async () => {
    await before();
    await startOrExplain(engine, id);
  });
  await checkSources(job);
  await waitUntilItWorks(job, id, 0);
}
