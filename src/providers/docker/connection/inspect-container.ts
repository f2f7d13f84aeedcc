import type { ContainerInfo } from '../api.ts';
import { type Caller, read } from './call.ts';
import { inPath, quoted } from './names.ts';
import { objectOf } from './shapes.ts';

/** Null when it is not there. */
export async function inspectContainer(caller: Caller, id: string): Promise<ContainerInfo | null> {
  const doing = `inspect container ${quoted(id)}`;
  const { status, value } = await read(caller, {
    doing,
    path: `/containers/${inPath(id)}/json`,
    fine: [404],
  });
  return status === 404 ? null : objectOf<ContainerInfo>(value, 'Id', doing);
}
