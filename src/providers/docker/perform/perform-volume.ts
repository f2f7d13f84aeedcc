import type { Performed } from '../../../model/provider.ts';
import type { Observed } from '../../../model/resource.ts';
import type { VolumeInfo } from '../api.ts';
import { asVolume } from '../attributes.ts';
import { isMadeBy, objectLabels } from '../labels.ts';
import { nameOf } from '../place.ts';
import { volumeRequest } from '../request.ts';
import { readVolume } from '../volume-attributes.ts';
import { isAsPlanned } from './check-precondition.ts';
import { checkHostPaths, foldersOfVolume } from './check-sources.ts';
import { containersThat } from './containers-that.ts';
import { type Job, wantedOf } from './job.ts';
import { cannotRename, inUse, nameTaken } from './refusals.ts';
import { done, inOneCall, moved } from './results.ts';

/** Performs one step about a volume. What it throws left nothing behind. */
export async function performVolume(job: Job): Promise<Performed> {
  const { work } = job;
  switch (work.step.action) {
    case 'create':
      return await inOneCall(work, async () => done(work, await create(job)));
    case 'update':
    case 'replace': {
      const found = await findPlanned(job);
      return await inOneCall(work, async () => {
        await remove(job, found);
        return done(work, await create(job));
      });
    }
    case 'delete': {
      const found = await find(job);
      if (found === null) return done(work, null);
      return await inOneCall(work, async () => {
        await remove(job, found);
        return done(work, null);
      });
    }
    case 'adopt':
    case 'record':
      return done(work, observed(job, await findPlanned(job)));
    case 'forget':
      return done(work, null);
    case 'move':
      throw cannotRename(work, 'volume');
    case 'conflict':
      throw new Error(`"${work.step.address}" is in conflict and must not be performed`);
  }
}

/** An engine gives back what is there already, whoever made it; then it is not ours. */
async function create(job: Job): Promise<Observed> {
  const { work, engine, operation, ctx } = job;
  const name = nameOf(work.step.place);
  if ((await look(job)) !== null) throw nameTaken(job, 'volume', name);
  const wanted = asVolume(wantedOf(work));
  await checkHostPaths(foldersOfVolume(wanted.driverOptions ?? {}), engine, ctx);
  await engine.createVolume(volumeRequest(name, wanted, objectLabels(work, operation)));
  const made = await look(job);
  if (made === null || !isMadeBy(made.Labels, operation)) throw nameTaken(job, 'volume', name);
  return observed(job, made);
}

async function remove({ work, engine }: Job, { Name }: VolumeInfo): Promise<void> {
  const users = await containersThat(engine, ({ Mounts }) =>
    (Mounts ?? []).some((mount) => mount.Name === Name),
  );
  if (users.length > 0) throw inUse(work, users);
  await engine.removeVolume(Name);
}

async function findPlanned(job: Job): Promise<VolumeInfo> {
  const found = await find(job);
  if (found === null) throw moved(job.work);
  return found;
}

async function find(job: Job): Promise<VolumeInfo | null> {
  const { work, ctx } = job;
  const found = await look(job);
  if (found === null || isAsPlanned(readVolume(found), work.step, ctx.digest)) return found;
  throw moved(work);
}

async function look({ work, engine }: Job): Promise<VolumeInfo | null> {
  const name = nameOf(work.step.place);
  return (await engine.listVolumes()).find(({ Name }) => Name === name) ?? null;
}

function observed({ work }: Job, info: VolumeInfo): Observed {
  return { place: work.step.place, attributes: readVolume(info), unknown: [] };
}
