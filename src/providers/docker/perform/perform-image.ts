import { McpformError } from '../../../model/error.ts';
import { isImageId } from '../../../model/image-reference.ts';
import type { Performed } from '../../../model/provider.ts';
import type { Observed } from '../../../model/resource.ts';
import { asImage } from '../attributes.ts';
import { readImageObject } from '../image-attributes.ts';
import { imageNotThere } from '../image-not-there.ts';
import { type Job, pinnedName, wantedOf } from './job.ts';
import { done } from './results.ts';

/** Has an image there by its digest. What is pulled halfway when a run is interrupted goes on from there next time. */
export async function performImage(job: Job): Promise<Performed> {
  const { work, engine, ctx } = job;
  const { action, address } = work.step;
  if (action === 'forget') return done(work, null);
  if (action === 'delete' || action === 'conflict')
    throw new Error(`"${address}" is not for a step to ${action}`);
  const { image, platform = null } = asImage(wantedOf(work));
  const there = await observe(job);
  if (there !== null && (platform === null || there.attributes['platform'] === platform))
    return done(work, there);
  if (isImageId(image)) {
    throw there === null
      ? imageNotThere({ name: pinnedName(work), id: image }, engine.name)
      : otherPlatform(job);
  }
  await engine.pullImage(image, { platform, signal: ctx.signal });
  const pulled = await observe(job);
  if (pulled !== null) return done(work, pulled);
  throw new McpformError('ENGINE_PULL_FAILED', `"${engine.name}" pulled "${image}" and does not have it`, {
    hint: 'look at `docker images --digests`',
  });
}

function otherPlatform({ work, engine }: Job): McpformError {
  const message = `"${engine.name}" has "${pinnedName(work)}" for another platform`;
  return new McpformError('ENGINE_IMAGE_LOCAL', message, {
    hint: 'build it with `docker build --platform`, and run `mcpform lock`; or remove `platform`',
  });
}

async function observe({ work, engine }: Job): Promise<Observed | null> {
  const { image: reference, platform } = asImage(wantedOf(work));
  const info = await engine.inspectImage(reference, platform);
  return info === null ? null : { place: work.step.place, ...readImageObject(info, reference) };
}
