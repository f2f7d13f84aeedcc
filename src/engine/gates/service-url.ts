import type { ContainerSpec } from '../../model/container.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';

/**
 * Where the MCP endpoint of a container is, as this machine reaches it. `host` is the engine's machine; null: this one.
 * A port that the engine's provider chose is in the rendered `attributes`.
 */
export function serviceUrl(
  { service }: Pick<ContainerSpec, 'service'>,
  attributes: JsonObject,
  host: string | null,
): string {
  if (service === null) throw new Error('a container that nobody reaches by URL has none');
  const { address, port } = service.publish;
  const settled = port === 'auto' ? publishedPort(attributes, service.port) : port;
  return `http://${hostFor(address, host)}:${settled}${service.path}`;
}

function publishedPort({ ports }: JsonObject, port: number): number {
  const published = isJsonObject(ports) ? ports[`${port}/tcp`] : undefined;
  const digits = typeof published === 'string' ? /:(\d+)$/.exec(published)?.[1] : undefined;
  if (digits === undefined) throw new Error(`nobody has settled where port ${port} is published`);
  return Number(digits);
}

/** What listens on all addresses is reached on one of them. */
function hostFor(address: string, host: string | null): string {
  if (address === '0.0.0.0') return bracketed(host ?? '127.0.0.1');
  return bracketed(address === '::' ? (host ?? '::1') : address);
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
