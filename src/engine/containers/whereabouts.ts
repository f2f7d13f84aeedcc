import { engineOf, isService } from '../../graph/engine-of.ts';
import { launchId } from '../../graph/launch-id.ts';
import { engineName } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import type { Inventory, InventoryEntry } from '../../model/inventory.ts';
import type { Server } from '../../model/manifest.ts';
import { listGenerations } from '../../state/generations.ts';
import { readState } from '../../state/read-state.ts';
import type { Declared } from '../declare.ts';

/** Where the containers of a stack would be, as far as texts and books tell. */
export interface Whereabouts {
  readonly stack: string;
  /** Declared, or still in the books; by server. */
  readonly services: readonly ServicePlace[];
  /** Images over stdio: clients start their containers. */
  readonly sessions: readonly SessionPlace[];
  /** What entries of this stack start through `mcpform exec`, or started in a generation that is kept. */
  readonly launches: ReadonlySet<string>;
}

export interface ServicePlace {
  readonly server: string;
  /** As addresses name it. */
  readonly engine: string;
  /** The engine's name for it. */
  readonly name: string;
  /** Its id when it was last written; null when it is not in the books. */
  readonly id: string | null;
}

export interface SessionPlace {
  readonly server: string;
  readonly engine: string;
}

/** Writes nothing, and asks no engine. */
export async function whereaboutsOf(declared: Declared, ctx: Context): Promise<Whereabouts> {
  const { manifest, loaded, books } = declared;
  const { inventory } = await readState(books, { stack: manifest.name, source: loaded.source }, ctx);
  return {
    stack: manifest.name,
    services: servicesOf(declared, inventory),
    sessions: manifest.servers.filter(isSession).map(sessionOf),
    launches: new Set([...launchesOf(declared, inventory), ...(await earlierLaunches(books, ctx))]),
  };
}

function servicesOf({ resources }: Declared, inventory: Inventory | null): readonly ServicePlace[] {
  const known = Object.values(inventory?.entries ?? {}).filter(({ place }) => place.path[0] === 'container');
  const places = new Map(known.map((entry) => [entry.address, inBooks(entry)]));
  for (const { desired } of resources) {
    if (desired.kind !== 'container' || places.has(desired.address)) continue;
    const { server, engine, name, address } = desired;
    places.set(address, { server, engine: engineName(engine), name, id: null });
  }
  return [...places.values()].sort((a, b) => (a.server < b.server ? -1 : 1));
}

/** An address ends in the name of its server. */
function inBooks({ address, place, objectId }: InventoryEntry): ServicePlace {
  const server = address.slice(address.lastIndexOf('/') + 1);
  return { server, engine: place.file, name: place.path[1] ?? '', id: objectId ?? null };
}

function isSession(server: Server): boolean {
  return server.runtime.kind === 'image' && !isService(server);
}

function sessionOf(server: Server): SessionPlace {
  return { server: server.name, engine: engineName(engineOf(server)) };
}

function launchesOf({ resources }: Declared, inventory: Inventory | null): readonly string[] {
  return [
    ...resources.flatMap(({ desired: { launch } }) => (launch === undefined ? [] : [launchId(launch)])),
    ...Object.values(inventory?.entries ?? {}).flatMap(({ launch }) => launch ?? []),
  ];
}

async function earlierLaunches(books: string, ctx: Context): Promise<readonly string[]> {
  const { generations } = await listGenerations(books, ctx);
  return generations.flatMap(({ launches = [] }) => launches);
}
