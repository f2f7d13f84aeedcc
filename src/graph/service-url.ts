import type { Service } from '../model/container.ts';

/**
 * Where a client on this machine reaches a service. `host` is the machine of the engine, as it is reached from here;
 * null: this one. Null when it is published on the loopback of another machine, where no client of ours is.
 */
export function serviceUrl({ transport, path, publish }: Service, host: string | null): string | null {
  const reached = reachedAt(canonical(publish.address), host);
  if (reached === null) return null;
  const scheme = transport === 'ws' ? 'ws' : 'http';
  return `${scheme}://${bracketed(reached)}:${publish.port}${path}`;
}

function reachedAt(address: string, host: string | null): string | null {
  if (address === '0.0.0.0') return host ?? '127.0.0.1';
  if (address === '::') return host ?? '::1';
  const isLoopback = address === '::1' || address.startsWith('127.');
  return isLoopback && host !== null ? null : address;
}

/** One spelling per address: `0:0:0:0:0:0:0:1` is `::1`. */
function canonical(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
