import type { Performed } from '../../../model/provider.ts';
import type { Observed } from '../../../model/resource.ts';
import type { ContainerInfo, NetworkInfo, NetworkRequest } from '../api.ts';
import { asContainer } from '../attributes.ts';
import { readContainer } from '../container-attributes.ts';
import { isMadeBy, isOfLineage } from '../labels.ts';
import { readNetwork } from '../network-attributes.ts';
import { containersThat, isIn } from './containers-that.ts';
import { createNetwork, networksNamed } from './create-network.ts';
import type { Job } from './job.ts';
import { inUse } from './refusals.ts';
import { done, failureOf, leftOpen, rolledBack } from './results.ts';

/** A container of ours in the network, and its names there. */
interface Member {
  readonly id: string;
  readonly aliases: readonly string[];
}

/**
 * Makes a network anew, with the containers of these books in it. They run on, without it for a moment. An engine
 * cannot rename a network, so a crash in between leaves none: then the next plan makes it, and puts them back into it.
 * ENGINE_IN_USE, before anything is done, when there are other containers in it.
 */
export async function replaceNetwork(
  job: Job,
  old: NetworkInfo,
  request: NetworkRequest,
): Promise<Performed> {
  const { work, engine } = job;
  const inside = await containersThat(engine, isIn(old.Name));
  const others = inside.filter(({ Config }) => !isOfLineage(Config.Labels, work.lineage));
  if (others.length > 0) throw inUse(work, others);
  const members = inside.map((info) => ({ id: info.Id, aliases: aliasesIn(job, info, old.Name) }));
  try {
    const made = await swap(job, old, { request, members });
    return done(work, observed(job, made));
  } catch (error) {
    return await putBack(job, old, { members, error });
  }
}

function aliasesIn({ identity }: Job, info: ContainerInfo, network: string): readonly string[] {
  const { attributes } = readContainer({ info, image: null, kind: identity.kind });
  return asContainer(attributes).networks?.[network]?.aliases ?? [];
}

interface Swap {
  readonly request: NetworkRequest;
  readonly members: readonly Member[];
}

async function swap({ engine }: Job, old: NetworkInfo, { request, members }: Swap): Promise<NetworkInfo> {
  for (const { id } of members) await engine.disconnectNetwork(old.Id, id);
  await engine.removeNetwork(old.Id);
  const made = await createNetwork(engine, request);
  for (const { id, aliases } of members) await engine.connectNetwork(made.Id, id, aliases);
  return made;
}

interface Failed {
  readonly members: readonly Member[];
  readonly error: unknown;
}

/** As it was; under another id when it had been removed already. */
async function putBack(job: Job, old: NetworkInfo, { members, error }: Failed): Promise<Performed> {
  const { work, engine, operation } = job;
  const failure = failureOf(error);
  try {
    for (const { Id, Labels } of await networksNamed(engine, old.Name)) {
      if (!isMadeBy(Labels, operation)) continue;
      for (const { id } of members) await engine.disconnectNetwork(Id, id);
      await engine.removeNetwork(Id);
    }
    const back = (await networksNamed(engine, old.Name))[0] ?? (await createNetwork(engine, requestFor(old)));
    for (const { id, aliases } of members) await engine.connectNetwork(back.Id, id, aliases);
    return rolledBack(work, failure, observed(job, back));
  } catch (undoing) {
    return leftOpen(work, failure, undoing);
  }
}

function observed({ work }: Job, info: NetworkInfo): Observed {
  return { place: work.step.place, attributes: readNetwork(info), unknown: [] };
}

function requestFor({ Name, Driver, Internal, EnableIPv6, Options, Labels }: NetworkInfo): NetworkRequest {
  return {
    Name,
    Driver: Driver ?? 'bridge',
    Internal: Internal === true,
    EnableIPv6: EnableIPv6 === true,
    Options: Options ?? {},
    Labels: Labels ?? {},
  };
}
