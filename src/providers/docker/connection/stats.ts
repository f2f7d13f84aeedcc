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
  if (first.cpu_stats?.system_cpu_usage === undefined) return first;
  if (first.precpu_stats?.system_cpu_usage !== undefined) return first;
  await caller.clock.sleep(BETWEEN_MS);
  return between(first, await sample(caller, id));
}

/**
 * With Docker, the system's time is that of all processors, busy or not. Podman 4 leaves out what they were idle, and a
 * container that alone keeps one of eight busy would have all eight; so the time that passed is taken instead.
 */
function between(first: ContainerStats, second: ContainerStats): ContainerStats {
  const passedMs = Date.parse(second.read ?? '') - Date.parse(first.read ?? '');
  const { online_cpus: processors = 1 } = second.cpu_stats ?? {};
  return {
    ...second,
    cpu_stats: { ...second.cpu_stats, system_cpu_usage: passedMs * 1e6 * processors },
    precpu_stats: { ...first.cpu_stats, system_cpu_usage: 0 },
  };
}

async function sample(caller: Caller, id: string): Promise<ContainerStats> {
  const doing = `measure container ${quoted(id)}`;
  const path = `/containers/${inPath(id)}/stats`;
  const { value } = await read(caller, { doing, path, query: { stream: false } });
  // Podman has nothing at all to say of one that does not run.
  return value === null ? {} : objectOf<ContainerStats>(value, 'read', doing);
}
