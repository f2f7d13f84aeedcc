import { McpformError } from '../../../model/error.ts';
import { sameJson } from '../../../model/json.ts';
import { isWithin } from '../../../model/leaves.ts';
import type { Performed } from '../../../model/provider.ts';
import { nameOf } from '../place.ts';
import { changeNetworks } from './change-networks.ts';
import { changeResources } from './change-resources.ts';
import { changeStatus } from './change-status.ts';
import { checkNameIsFree } from './find-container.ts';
import type { Job } from './job.ts';
import { NeedsReplacement } from './needs-replacement.ts';
import { type Found, readBack, readBackOurs } from './read-back.ts';
import { replaceContainer } from './replace-container.ts';
import { done, failed, failureOf, leftOpen, rolledBack } from './results.ts';

/** Undoes one change. */
export type Undo = () => Promise<void>;

/** Makes one change, and says before each call of it how to undo that. */
export type Change = (job: Job, found: Found, undos: Undo[]) => Promise<void>;

/** All that an engine can change in a container that it keeps. Renaming comes last: it is what a move is found by. */
const CHANGES: readonly Change[] = [changeNetworks, changeResources, changeStatus, changeName];
const IN_PLACE = ['/status', '/name', '/networks', '/resources', '/restart'];

/**
 * Changes a container where it is. One after the other: what was changed before something fails is changed back. Where
 * an engine cannot do it, a new container takes the place of the old one.
 */
export async function updateContainer(job: Job, found: Found): Promise<Performed> {
  const { work } = job;
  if (mustReplace(job, found)) return await replaceContainer(job, found);
  if (isRenamed(job, found)) await checkNameIsFree(job, nameOf(work.step.place));
  const undos: Undo[] = [];
  try {
    for (const change of CHANGES) await change(job, found, undos);
    return done(work, (await readBackOurs(job, found.info.Id)).observed);
  } catch (error) {
    if (!(error instanceof NeedsReplacement)) return await undo(job, found, { undos, error });
    await undoWhatCanBe(undos);
    return await replaceContainer(job, found);
  }
}

/** What is dead can only be removed. */
function mustReplace({ work }: Job, { info }: Found): boolean {
  const isBeyond = work.step.paths.some(
    ({ pointer, forcesReplacement }) =>
      forcesReplacement === true || !IN_PLACE.some((owner) => isWithin(pointer, owner)),
  );
  return isBeyond || info.State.Status === 'dead' || info.State.Dead === true;
}

async function changeName(job: Job, found: Found, undos: Undo[]): Promise<void> {
  if (!isRenamed(job, found)) return;
  const { engine, work } = job;
  const { Id, Name } = found.info;
  undos.unshift(() => engine.renameContainer(Id, Name.replace(/^\//, '')));
  await engine.renameContainer(Id, nameOf(work.step.place));
}

function isRenamed({ work: { step } }: Job, { info }: Found): boolean {
  const isWanted = step.action === 'move' || step.paths.some(({ pointer }) => pointer === '/name');
  return isWanted && info.Name !== `/${nameOf(step.place)}`;
}

/** For a container that goes anyhow, and only comes back when the new one does not work. */
async function undoWhatCanBe(undos: readonly Undo[]): Promise<void> {
  for (const each of undos) {
    await each().catch((error: unknown) => {
      if (!(error instanceof McpformError)) throw error;
    });
  }
}

interface Failed {
  readonly undos: readonly Undo[];
  readonly error: unknown;
}

async function undo(job: Job, found: Found, { undos, error }: Failed): Promise<Performed> {
  const { work } = job;
  const failure = failureOf(error);
  try {
    for (const each of undos) await each();
    const now = await readBack(job, found.info.Id, work.step.place);
    if (now !== null && isAsBefore(now, found)) {
      return undos.length === 0 ? failed(work, failure) : rolledBack(work, failure, now.observed);
    }
    return leftOpen(work, failure, error);
  } catch (undoing) {
    return leftOpen(work, failure, undoing);
  }
}

/** But for how it is doing: nobody makes a container unhealthy again. */
function isAsBefore({ observed: now }: Found, { observed: before }: Found): boolean {
  const { status } = before.attributes;
  return sameJson({ ...now.attributes, status: status ?? null }, before.attributes);
}
