import { entryAddress, type Target } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Server } from '../model/manifest.ts';
import type { DesiredEntry } from '../model/resource.ts';
import { engineOf } from './engine-of.ts';
import { launchOf } from './entry-spec.ts';
import { launchDigest } from './launch-digest.ts';
import { objectsUsedBy } from './objects/uses.ts';
import { secretUses } from './secret-uses.ts';
import { summarizePin } from './summarize-pin.ts';
import { atServer, dependenciesOf, finding, sorted, type World } from './world.ts';

/** A server that its client starts, or calls where somebody else runs it, at one target. */
export function desireEntry(
  server: Server,
  target: Target,
  world: World,
): { readonly entry: DesiredEntry; readonly caveats: readonly Finding[] } {
  const { manifest, launcher, platform, folder } = world;
  const { secrets } = manifest;
  const pin = world.pins.get(server.name);
  const launch = launchOf(server, { manifest, target, pin, launcher, platform, folder });
  const where = { at: atServer(server, world), address: entryAddress(target, server.name) };
  const uses = secretUses(server, secrets);
  const engine = engineOf(server);
  const { blocked } = launch;
  const entry: DesiredEntry = {
    address: where.address,
    provider: target.client,
    kind: 'entry',
    server: server.name,
    target,
    spec: launch.spec,
    runtime: server.runtime,
    dependsOn: sorted([...objectsUsedBy(server, manifest), ...dependenciesOf(server, world)]),
    lifecycle: server.lifecycle,
    secrets: uses,
    ...(launch.fills.length === 0 ? {} : { fills: launch.fills }),
    launchDigest: launchDigest(server, launch, { secrets, pin, uses }),
    ...(pin === undefined ? {} : { pin: summarizePin(pin) }),
    ...(launch.record === undefined ? {} : { launch: launch.record }),
    ...(launch.container === undefined ? {} : { container: launch.container }),
    ...(engine === null ? {} : { engine }),
    ...(blocked === undefined ? {} : { blocked: finding('error', blocked, where) }),
    at: where.at,
  };
  const caveats = blocked === undefined ? launch.caveats : [];
  return { entry, caveats: caveats.map((caveat) => finding('warning', caveat, where)) };
}
