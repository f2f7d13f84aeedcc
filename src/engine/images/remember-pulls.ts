import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Outcome } from '../../model/event.ts';
import type { ImageLaunchRecord } from '../../model/launch.ts';
import type { Plan } from '../../model/plan.ts';
import { engineIdOf } from '../../providers/docker/place.ts';
import { openEngines } from '../containers/engines.ts';
import { rememberPulled, rememberPulledBy } from './pulled-images.ts';

/** Images that were not there before an apply, and are since. */
export async function rememberApplied(
  { steps }: Pick<Plan, 'steps'>,
  outcomes: readonly Outcome[],
  ctx: Context,
): Promise<void> {
  const made = new Set(
    outcomes
      .filter(({ action, result }) => action === 'create' && result === 'done')
      .map(({ address }) => address),
  );
  for (const { address, place } of steps) {
    const [kind, image] = place.path;
    const engineId = kind === 'image' ? engineIdOf(place) : null;
    if (!made.has(address) || image === undefined || engineId === null) continue;
    await rememberPulledBy({ engine: place.file, engineId }, image, ctx);
  }
}

/** The image of a launch, which the docker command has fetched; perhaps from an engine that only it can reach. */
export async function rememberLaunch({ context, container }: ImageLaunchRecord, ctx: Context): Promise<void> {
  try {
    const engine = await openEngines(ctx)(engineName(context ?? null));
    await rememberPulled(engine, container.image, ctx);
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
  }
}
