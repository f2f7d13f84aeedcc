import { isWithin } from '../../../model/leaves.ts';
import type { HostConfig, ResourceUpdate } from '../api.ts';
import { asContainer } from '../attributes.ts';
import { resourceUpdate } from '../request.ts';
import { type Job, wantedOf } from './job.ts';
import { orReplace } from './needs-replacement.ts';
import type { Found } from './read-back.ts';
import type { Undo } from './update-container.ts';

type Field = keyof ResourceUpdate;

/** Which fields of the engine's a pointer is about. Memory and swap limit one another, so they go together. */
const FIELDS: readonly (readonly [string, readonly Field[]])[] = [
  ['/resources/memory', ['Memory', 'MemorySwap']],
  ['/resources/memorySwap', ['Memory', 'MemorySwap']],
  ['/resources/memoryReservation', ['MemoryReservation']],
  ['/resources/cpus', ['NanoCpus']],
  ['/resources/cpuShares', ['CpuShares']],
  ['/resources/pids', ['PidsLimit']],
  ['/restart', ['RestartPolicy']],
];

/** Limits and the restart policy, in one call, so that an engine takes all of them or none. */
export async function changeResources(job: Job, { info }: Found, undos: Undo[]): Promise<void> {
  const { work, engine } = job;
  const { paths } = work.step;
  const fields = new Set(
    FIELDS.flatMap(([owner, names]) => (paths.some(({ pointer }) => touches(pointer, owner)) ? names : [])),
  );
  if (fields.size === 0) return;
  undos.unshift(() => engine.updateContainer(info.Id, pick(info.HostConfig, fields)));
  const update = pick(resourceUpdate(asContainer(wantedOf(work))), fields);
  await orReplace(job, () => engine.updateContainer(info.Id, update));
}

function touches(pointer: string, owner: string): boolean {
  return isWithin(pointer, owner) || isWithin(owner, pointer);
}

function pick(from: HostConfig, fields: ReadonlySet<Field>): ResourceUpdate {
  const kept = Object.entries(from).filter(
    ([name, value]) => fields.has(name as Field) && value !== undefined && value !== null,
  );
  return Object.fromEntries(kept);
}
