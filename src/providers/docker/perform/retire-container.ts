import { McpformError } from '../../../model/error.ts';
import type { Engine } from '../engine.ts';
import { isUp } from './watch-container.ts';

const USUAL_GRACE_SECONDS = 10;

/** Has a container end as it likes to, and removes it with its anonymous volumes. Fine when it is gone already. */
export async function retireContainer(engine: Engine, id: string): Promise<void> {
  await stopGently(engine, id).catch((error: unknown) => {
    // Whoever cannot be stopped may still be removed.
    if (!(error instanceof McpformError)) throw error;
  });
  await engine.removeContainer(id, { force: true });
}

/** With its own stop signal and grace, after which the engine kills it. */
export async function stopGently(engine: Engine, id: string): Promise<void> {
  const info = await engine.inspectContainer(id);
  if (info === null || !(isUp(info) || info.State.Restarting === true)) return;
  await engine.stopContainer(id, info.Config.StopTimeout ?? USUAL_GRACE_SECONDS);
}
