import type { NetworkInfo } from '../api.ts';
import { type Caller, read } from './call.ts';
import { listOf } from './shapes.ts';

export async function listNetworks(caller: Caller): Promise<readonly NetworkInfo[]> {
  const doing = 'list networks';
  const { value } = await read(caller, { doing, path: '/networks' });
  return listOf<NetworkInfo>(value, 'Id', doing);
}
