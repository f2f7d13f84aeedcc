import type { Network } from '../../model/system.ts';
import type { HttpClient } from './client.ts';

/**
 * HTTP from this machine, and listeners on it. `env` says which proxies to go through and which authorities to trust
 * besides the system's. Costs nothing to make: what speaks HTTP or listens is loaded by its first use.
 */
export function realNetwork(env: Readonly<Record<string, string | undefined>>): Required<Network> {
  let opened: Promise<HttpClient> | undefined;
  const client = (): Promise<HttpClient> => {
    opened ??= import('./client.ts').then(({ openClient }) => openClient(env));
    return opened;
  };
  return {
    request: async (request) => (await client()).request(request),
    openSocket: async (request) => (await client()).openSocket(request),
    listen: async (place, options) => (await import('../listen/lines.ts')).listenForLines(place, options),
    connect: async (path, options) => (await import('../listen/lines.ts')).connectForLines(path, options),
    serve: async (place, options) => (await import('../listen/requests.ts')).serveRequests(place, options),
  };
}
