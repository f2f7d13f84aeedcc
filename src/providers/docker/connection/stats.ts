import type { ContainerStats } from '../api.ts';
import { type Caller, read } from './call.ts';
import { inPath, quoted } from './names.ts';
import { objectOf } from './shapes.ts';

const BETWEEN_MS = 1_000;

/**
 * Takes a second or two: what the processor did needs two samples. Docker takes both itself, Podman only the second.
 * Of a container that does not run there is next to nothing.
 */
export async function readStats(caller: Caller, id: string): Promise<ContainerStats> {
  const first = await sample(caller, id);
  const before = first.cpu_stats;
  if (before?.system_cpu_usage === undefined || first.precpu_stats?.system_cpu_usage !== undefined) {
    return first;
  }
  await caller.clock.sleep(BETWEEN_MS);
  return { ...(await sample(caller, id)), precpu_stats: before };
}

async function sample(caller: Caller, id: string): Promise<ContainerStats> {
  const doing = `measure container ${quoted(id)}`;
  const path = `/containers/${inPath(id)}/stats`;
  const { value } = await read(caller, { doing, path, query: { stream: false } });
  // Podman has nothing at all to say of one that does not run.
  return value === null ? {} : objectOf<ContainerStats>(value, 'read', doing);
}
