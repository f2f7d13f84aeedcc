import type { Performed } from '../../../model/provider.ts';
import type { NetworkInfo, NetworkRequest } from '../api.ts';
import { asNetwork } from '../attributes.ts';
import { objectLabels } from '../labels.ts';
import { readNetwork } from '../network-attributes.ts';
import { nameOf } from '../place.ts';
import { networkRequest } from '../request.ts';
import { isAsPlanned } from './check-precondition.ts';
import { containersThat, isIn } from './containers-that.ts';
import { createNetwork, networksNamed } from './create-network.ts';
import { type Job, wantedOf } from './job.ts';
import { cannotRename, inUse } from './refusals.ts';
import { replaceNetwork } from './replace-network.ts';
import { done, inOneCall, moved } from './results.ts';

/** Performs one step about a network. What it throws left nothing behind. */
export async function performNetwork(job: Job): Promise<Performed> {
  const { work, engine } = job;
  switch (work.step.action) {
    case 'create':
      return await inOneCall(work, async () => doneWith(job, await createNetwork(engine, requestOf(job))));
    case 'update':
    case 'replace':
      return await replaceNetwork(job, await findPlanned(job), requestOf(job));
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
      return doneWith(job, await findPlanned(job));
    case 'forget':
      return done(work, null);
    case 'move':
      throw cannotRename(work, 'network');
    case 'conflict':
      throw new Error(`"${work.step.address}" is in conflict and must not be performed`);
  }
}

function doneWith({ work }: Job, info: NetworkInfo): Performed {
  return done(work, { place: work.step.place, attributes: readNetwork(info), unknown: [] });
}

function requestOf({ work, operation }: Job): NetworkRequest {
  return networkRequest(nameOf(work.step.place), asNetwork(wantedOf(work)), objectLabels(work, operation));
}

/** An engine would remove it from under containers that do not run, which could not be started again. */
async function remove({ work, engine }: Job, { Id, Name }: NetworkInfo): Promise<void> {
  const users = await containersThat(engine, isIn(Name));
  if (users.length > 0) throw inUse(work, users);
  await engine.removeNetwork(Id);
}

async function findPlanned(job: Job): Promise<NetworkInfo> {
  const found = await find(job);
  if (found === null) throw moved(job.work);
  return found;
}

/** The network as the plan saw it; null when it is gone. ENGINE_PLACE_MOVED. */
async function find({ work, engine, ctx }: Job): Promise<NetworkInfo | null> {
  const there = await networksNamed(engine, nameOf(work.step.place));
  const found = there.find((info) => isAsPlanned(readNetwork(info), work.step, ctx.digest));
  if (found === undefined && there.length > 0) throw moved(work);
  return found ?? null;
}
