import { checkSources } from './check-sources.ts';
import type { Job } from './job.ts';
import { orReplace } from './needs-replacement.ts';
import type { Found } from './read-back.ts';
import { stopGently } from './retire-container.ts';
import { waitUntilItWorks } from './start-container.ts';
import { startOrExplain } from './start-or-explain.ts';
import type { Undo } from './update-container.ts';

const GRACE_SECONDS = 10;

/** Has a container run, and waits until it works. */
export async function changeStatus(job: Job, { info, observed }: Found, undos: Undo[]): Promise<void> {
  const { engine, work } = job;
  if (!work.step.paths.some(({ pointer }) => pointer === '/status')) return;
  const { Id: id, RestartCount: restarts = 0 } = info;
  switch (observed.attributes['status']) {
    case 'running':
      return;
    case 'paused':
      undos.unshift(() => engine.pauseContainer(id));
      await engine.unpauseContainer(id);
      break;
    case 'unhealthy':
    case 'restarting':
      await checkSources(job);
      await orReplace(job, () => engine.restartContainer(id, info.Config.StopTimeout ?? GRACE_SECONDS));
      break;
    default:
      await checkSources(job);
      undos.unshift(() => stopGently(engine, id));
      await orReplace(job, () => startOrExplain(engine, id));
  }
  await waitUntilItWorks(job, id, restarts);
}
