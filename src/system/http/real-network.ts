import type { Network } from '../../model/system.ts';

/**
 * HTTP from this machine. `env` says which proxies to go through and which authorities to trust besides the
 * system's. Costs nothing to make: the library that speaks HTTP is loaded by the first request.
 */
export function realNetwork(env: Readonly<Record<string, string | undefined>>): Network {
  let client: Promise<Network> | undefined;
  return {
    request: async (request) => {
      client ??= import('./client.ts').then(({ openClient }) => openClient(env));
      return (await client).request(request);
    },
  };
}
