import type { NetworkInfo, NetworkRequest } from '../api.ts';
import type { Engine } from '../engine.ts';
import { nameTaken } from './refusals.ts';

/**
 * Creates a network, under a name that nobody has. Engines before 26 make a second one where two ask at once; then
 * ours, which nobody uses yet, goes again. ENGINE_NAME_TAKEN.
 */
export async function createNetwork(engine: Engine, request: NetworkRequest): Promise<NetworkInfo> {
  if ((await networksNamed(engine, request.Name)).length > 0)
    throw nameTaken({ engine }, 'network', request.Name);
  const id = await engine.createNetwork(request);
  const now = await networksNamed(engine, request.Name);
  const made = now.find(({ Id }) => Id === id);
  if (made !== undefined && now.length === 1) return made;
  await engine.removeNetwork(id);
  throw nameTaken({ engine }, 'network', request.Name);
}

export async function networksNamed(engine: Engine, name: string): Promise<readonly NetworkInfo[]> {
  return (await engine.listNetworks()).filter(({ Name }) => Name === name);
}
