import type { Performed } from '../../../model/provider.ts';
import { asContainer } from '../attributes.ts';
import { nameOf } from '../place.ts';
import { findContainer } from './find-container.ts';
import type { Job } from './job.ts';
import { spentName } from './names.ts';
import type { Found } from './read-back.ts';
import { done, failed, failureOf, leftOpen, rolledBack } from './results.ts';
import { retireContainer } from './retire-container.ts';
import { startAgain } from './start-again.ts';

/** Has it end as it likes to, then removes it. Renaming is the commit: what goes is never taken for what stays. */
export async function deleteContainer(job: Job): Promise<Performed> {
  const { work, engine, operation } = job;
  const found = await findContainer(job);
  if (found === null) return done(work, null);
  const { Id } = found.info;
  try {
    await engine.renameContainer(Id, spentName(nameOf(work.step.place), operation));
    await retireContainer(engine, Id);
    return done(work, null);
  } catch (error) {
    return await putBack(job, found, error);
  }
}

async function putBack(
  { work, engine, ctx }: Job,
  { info, observed }: Found,
  error: unknown,
): Promise<Performed> {
  const failure = failureOf(error);
  try {
    if ((await engine.inspectContainer(info.Id)) === null) return done(work, null);
    const { status } = asContainer(observed.attributes);
    const trouble = await startAgain({ engine, clock: ctx.system.clock }, info.Id, status);
    await engine.renameContainer(info.Id, info.Name.replace(/^\//, ''));
    if (trouble === null) return rolledBack(work, failure, observed);
    return failed(work, { ...failure, message: `${failure.message}; it is still there, but ${trouble}` });
  } catch (undoing) {
    return leftOpen(work, failure, undoing);
  }
}
