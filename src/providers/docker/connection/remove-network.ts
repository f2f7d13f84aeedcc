import type { NetworkInfo } from '../api.ts';
import { type Caller, call, read } from './call.ts';
import { inPath, quoted } from './names.ts';
import { objectOf } from './shapes.ts';

const REMOVE_MS = 60_000;

export async function removeNetwork(caller: Caller, idOrName: string): Promise<void> {
  const name = caller.isPodman ? await nameOf(caller, idOrName) : idOrName;
  if (name === null) return;
  await call(caller, {
    operation: 'remove',
    doing: `remove network ${quoted(idOrName)}`,
    method: 'DELETE',
    path: `/networks/${inPath(name)}`,
    timeoutMs: REMOVE_MS,
    fine: [404],
  });
}

/** Podman 4 removes a network that containers use, running ones too, when it is asked by the id. */
async function nameOf(caller: Caller, idOrName: string): Promise<string | null> {
  const doing = `inspect network ${quoted(idOrName)}`;
  const { status, value } = await read(caller, { doing, path: `/networks/${inPath(idOrName)}`, fine: [404] });
  return status === 404 ? null : objectOf<NetworkInfo>(value, 'Name', doing).Name;
}
