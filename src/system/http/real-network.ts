import type { Network } from '../../model/system.ts';

/**
 * HTTP from this machine. `env` says which proxies to go through and which authorities to trust besides the
 * system's. Costs nothing to make: the library that speaks HTTP is loaded by the first request.
 */
export function realNetwork(env: Readonly<Record<string, string | undefined>>): Required<Network> {
  let opened: Promise<Required<Network>> | undefined;
  const client = (): Promise<Required<Network>> => {
    opened ??= import('./client.ts').then(({ openClient }) => openClient(env));
    return opened;
  };
  return {
    request: async (request) => (await client()).request(request),
    openSocket: async (request) => (await client()).openSocket(request),
  };
}
