import { type Address, entryAddress, objectAddress } from '../model/address.ts';
import type { Launcher } from '../model/context.ts';
import type { At, Finding } from '../model/finding.ts';
import type { Pin } from '../model/lock.ts';
import type { Manifest, Server } from '../model/manifest.ts';
import { engineOf, isService } from './engine-of.ts';
import type { Reason } from './launch.ts';

/** What the manifest alone does not say. */
export interface Surroundings {
  /** By server: pins of the lock that are for what the manifest asks for. */
  readonly pins: ReadonlyMap<string, Pin>;
  /** How a client starts mcpform on this machine. */
  readonly launcher: Launcher;
  readonly platform: NodeJS.Platform;
}

/** What a server is expanded in. */
export interface World extends Surroundings {
  readonly manifest: Manifest;
  readonly servers: ReadonlyMap<string, Server>;
  /** Absolute: relative paths in the manifest count from here. */
  readonly folder: string;
}

/** The server's own, and no other's: its entries, and the container that they lead to. */
export function addressesOf(server: Server): readonly Address[] {
  const container = isService(server) ? [objectAddress(engineOf(server), 'container', server.name)] : [];
  return [...new Set([...container, ...server.targets.map((target) => entryAddress(target, server.name))])];
}

/** Everything of the servers under `dependsOn` that are switched on. */
export function dependenciesOf(server: Server, world: World): readonly Address[] {
  const wanted = server.dependsOn.map((name) => serverNamed(name, world)).filter(({ enabled }) => enabled);
  return wanted.flatMap(addressesOf);
}

/** As `dependsOn` has them: each once, in an order that says nothing. */
export function sorted(addresses: readonly Address[]): readonly Address[] {
  return [...new Set(addresses)].sort();
}

export function serverNamed(name: string, { servers }: World): Server {
  const server = servers.get(name);
  if (server === undefined) throw new Error(`server "${name}" passed the manifest without being declared`);
  return server;
}

export function atServer({ declaredIn }: Server, world: Pick<World, 'manifest'>): At {
  return atPointer(declaredIn, world);
}

export function atPointer(pointer: string, { manifest }: Pick<World, 'manifest'>): At {
  return { file: manifest.files[0] ?? '', pointer, part: 'key' };
}

export function finding(
  severity: Finding['severity'],
  { code, message, hint }: Reason,
  where: { at: At; address?: Address },
): Finding {
  return { code, severity, message, hint, ...where };
}
