import type { ContainerStats } from '../api.ts';
import { type Caller, call, READ_MS } from './call.ts';
import { inPath, quoted } from './names.ts';
import { objectOf } from './shapes.ts';

/** Takes two seconds with Docker: the engine takes two samples to say what happened between them. */
export async function readStats(caller: Caller, id: string): Promise<ContainerStats> {
  const doing = `measure container ${quoted(id)}`;
  const { value } = await call(caller, {
    operation: 'read',
    doing,
    method: 'GET',
    path: `/containers/${inPath(id)}/stats`,
    query: { stream: false },
    timeoutMs: READ_MS,
  });
  return objectOf<ContainerStats>(value, 'read', doing);
}
