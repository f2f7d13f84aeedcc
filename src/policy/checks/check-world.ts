import type { Pointer } from '../../model/json.ts';
import type { Lock } from '../../model/lock.ts';
import type { Manifest, Server } from '../../model/manifest.ts';
import type { Step } from '../../model/plan.ts';
import type { Desired } from '../../model/resource.ts';
import { usersOf } from '../users-of.ts';
import type { CheckedServer, CheckWorld } from './check.ts';

/** What checks are given: all of it follows from the texts, but for the steps of a plan. */
export interface Checkable {
  readonly manifest: Manifest;
  readonly lock: Lock;
  readonly desired: readonly Desired[];
  readonly literals?: readonly Pointer[];
  /** Of the revision that this one is compared with. */
  readonly before?: Lock | null;
  /** With a plan, what is about it is checked, and nothing else; without one, everything else. */
  readonly steps?: readonly Step[];
}

/** The same, by server. Disabled ones are left out: nothing of them runs. */
export function checkWorld({
  manifest,
  lock,
  desired,
  literals = [],
  before = null,
  steps = [],
}: Checkable): CheckWorld {
  const byServer = new Map<string, Desired[]>();
  for (const each of desired) {
    if (each.server === undefined) continue;
    const known = byServer.get(each.server);
    if (known === undefined) byServer.set(each.server, [each]);
    else known.push(each);
  }
  const servers = manifest.servers
    .filter(({ enabled }) => enabled)
    .map((server) => [server.name, checkedServer(server, byServer.get(server.name) ?? [], lock)] as const);
  const usersOfEach = usersOf(desired);
  return {
    manifest,
    lock,
    before,
    servers: new Map(servers),
    desired,
    usersOf: usersOfEach,
    literals,
    steps,
  };
}

function checkedServer(server: Server, desired: readonly Desired[], lock: Lock): CheckedServer {
  // The graph gives a pin only where it answers what the manifest asks.
  const isLocked = desired.some(({ pin }) => pin !== undefined) && Object.hasOwn(lock.servers, server.name);
  const container = desired.find((each) => each.container !== undefined)?.container ?? null;
  return { server, desired, pin: (isLocked ? lock.servers[server.name] : undefined) ?? null, container };
}
