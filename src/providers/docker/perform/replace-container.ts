import type { Failure } from '../../../model/event.ts';
import type { Performed } from '../../../model/provider.ts';
import { asContainer } from '../attributes.ts';
import { nameOf } from '../place.ts';
import type { ContainerCreation } from '../request.ts';
import { clashes } from './clashes.ts';
import { startMade } from './create-container.ts';
import { checkNameIsFree } from './find-container.ts';
import { type Job, wantedOf } from './job.ts';
import { makeContainer, prepareContainer, removeMade } from './make-container.ts';
import { spentName, waitingName } from './names.ts';
import { type Found, readBack, readBackOurs } from './read-back.ts';
import { done, failed, failureOf, leftOpen, rolledBack } from './results.ts';
import { retireSpent, stopGently } from './retire-container.ts';
import { hasProgram, startAgain } from './start-again.ts';

/** Both containers, and what they are called meanwhile. */
interface Swap {
  readonly job: Job;
  readonly old: Found;
  /** What the old one is called now. */
  readonly former: string;
  /** What the new one is called. */
  readonly name: string;
  readonly waiting: string;
  readonly spent: string;
}

/**
 * Puts a new container in the place of an old one. The old one waits under another name until the new one is known to
 * work; renaming it once more is the commit. Before that, whatever goes wrong brings it back; after that, it goes.
 *
 * The two run side by side while the new one is tried, unless they would get in each other's way: then the old one is
 * stopped when all but the start of the new one is done.
 */
export async function replaceContainer(job: Job, old: Found): Promise<Performed> {
  const { place, previousPlace = place } = job.work.step;
  const swap: Swap = {
    job,
    old,
    former: old.info.Name.replace(/^\//, ''),
    name: nameOf(place),
    waiting: waitingName(nameOf(previousPlace), job.operation),
    spent: spentName(nameOf(previousPlace), job.operation),
  };
  const creation = await prepareContainer(job);
  if (swap.name !== swap.former) await checkNameIsFree(job, swap.name);
  try {
    await swapIn(swap, creation);
  } catch (error) {
    return await settleFailure(swap, failureOf(error));
  }
  return await finish(swap);
}

async function swapIn({ job, old, waiting, spent }: Swap, creation: ContainerCreation): Promise<void> {
  const { engine } = job;
  await engine.renameContainer(old.info.Id, waiting);
  const id = await makeContainer(job, creation);
  await startMade(job, id, async () => {
    if (mustStopFirst(job, old)) await stopGently(engine, old.info.Id);
  });
  await engine.renameContainer(old.info.Id, spent);
}

function mustStopFirst({ work }: Job, { observed }: Found): boolean {
  const old = asContainer(observed.attributes);
  return hasProgram(old.status) && clashes(old, asContainer(wantedOf(work)));
}

/** The answer to the commit may be what was lost. */
async function settleFailure(swap: Swap, failure: Failure): Promise<Performed> {
  const { job, old, spent } = swap;
  try {
    const info = await job.engine.inspectContainer(old.info.Id);
    if (info?.Name === `/${spent}`) return await finish(swap);
    return info === null ? await giveUp(swap, failure) : await putBack(swap, failure);
  } catch (undoing) {
    return leftOpen(job.work, failure, undoing);
  }
}

/** One that was started with `--rm` is gone as soon as it is stopped. */
async function giveUp({ job, name }: Swap, failure: Failure): Promise<Performed> {
  await removeMade(job.engine, name, job.operation);
  const message = `${failure.message}; the container before it is gone, as nobody keeps it once it is stopped`;
  return failed(job.work, { ...failure, message });
}

/** Its name comes last: as long as the old one waits, whoever is killed here leaves a recovery to do. */
async function putBack({ job, old, former, name }: Swap, failure: Failure): Promise<Performed> {
  const { work, engine, operation, ctx } = job;
  await removeMade(engine, name, operation);
  const { status } = asContainer(old.observed.attributes);
  const trouble = await startAgain({ engine, clock: ctx.system.clock }, old.info.Id, status);
  await engine.renameContainer(old.info.Id, former);
  if (trouble !== null) {
    return failed(work, {
      ...failure,
      message: `${failure.message}; the container before it is back, but ${trouble}`,
    });
  }
  const found = await readBack(job, old.info.Id, work.step.place);
  return rolledBack(work, failure, found?.observed ?? null);
}

async function finish({ job, old, name, spent }: Swap): Promise<Performed> {
  const { work, engine } = job;
  try {
    const { observed } = await readBackOurs(job, name);
    return done(
      work,
      observed,
      await retireSpent(engine, { Id: old.info.Id, Name: spent }, work.step.address),
    );
  } catch (error) {
    return leftOpen(work, failureOf(error), error);
  }
}
