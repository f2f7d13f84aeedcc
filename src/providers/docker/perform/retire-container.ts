import type { Address } from '../../../model/address.ts';
import { McpformError } from '../../../model/error.ts';
import type { Finding } from '../../../model/finding.ts';
import type { ContainerInfo } from '../api.ts';
import type { Engine } from '../engine.ts';
import { failureOf, isSilence } from './results.ts';
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

/**
 * The same for the one that another one has replaced: that works, so this does no harm but for the room it takes, and
 * not being able to remove it is worth a word. Rejects when the engine says nothing.
 */
export async function retireSpent(
  engine: Engine,
  { Id, Name }: Pick<ContainerInfo, 'Id' | 'Name'>,
  address: Address,
): Promise<readonly Finding[]> {
  try {
    await retireContainer(engine, Id);
    return [];
  } catch (error) {
    const failure = failureOf(error);
    if (isSilence(failure)) throw error;
    return [
      {
        code: 'ENGINE_LEFTOVER',
        severity: 'warning',
        address,
        message: `the container that the one of "${address}" replaced could not be removed: ${failure.message}`,
        hint: `run \`docker rm -f ${Name.replace(/^\//, '')}\``,
      },
    ];
  }
}

/** With its own stop signal and grace, after which the engine kills it. */
export async function stopGently(engine: Engine, id: string): Promise<void> {
  const info = await engine.inspectContainer(id);
  if (info === null || !(isUp(info) || info.State.Restarting === true)) return;
  await engine.stopContainer(id, info.Config.StopTimeout ?? USUAL_GRACE_SECONDS);
}
