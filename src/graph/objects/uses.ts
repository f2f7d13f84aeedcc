import { type Address, objectAddress } from '../../model/address.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Manifest, Server } from '../../model/manifest.ts';
import type { EngineFields } from '../container/fields.ts';
import { writtenVolumes } from '../container/read-mounts.ts';
import { writtenNetworks } from '../container/read-networks.ts';
import { engineOf } from '../engine-of.ts';

/** What a server uses of what its stack makes, by the manifest's names; what is external is not of the stack. */
export interface Uses {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

export function usesOf(server: Server, { networks, volumes }: Pick<Manifest, 'networks' | 'volumes'>): Uses {
  if (server.runtime.kind !== 'image') return { networks: [], volumes: [] };
  // The schema has checked the form of each field, and nothing has changed them since.
  const fields = server.engine as EngineFields;
  return {
    networks: writtenNetworks(fields).filter((name) => !isExternal(networks[name])),
    volumes: writtenVolumes(fields).filter((name) => !isExternal(volumes[name])),
  };
}

/** Where these are: what a container waits for. */
export function objectsUsedBy(server: Server, manifest: Manifest): readonly Address[] {
  const { networks, volumes } = usesOf(server, manifest);
  const engine = engineOf(server);
  return [
    ...networks.map((name) => objectAddress(engine, 'network', name)),
    ...volumes.map((name) => objectAddress(engine, 'volume', name)),
  ];
}

export function isExternal(declared: JsonObject | undefined): boolean {
  return declared?.['external'] === true;
}
