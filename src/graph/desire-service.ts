import { type Address, entryAddress, objectAddress, type Target } from '../model/address.ts';
import { objectName } from '../model/container.ts';
import type { Finding } from '../model/finding.ts';
import type { Server } from '../model/manifest.ts';
import type { Desired, DesiredEntry, DesiredObject, EntrySpec, PinSummary } from '../model/resource.ts';
import { borrowedLaunch } from './borrowed-launch.ts';
import { containerFills } from './container-fills.ts';
import { emitSecrets } from './emit-secrets.ts';
import { bindServer } from './entry-spec.ts';
import { imageCaveats } from './image-caveats.ts';
import type { Reason } from './launch.ts';
import { launchDigest } from './launch-digest.ts';
import { imageObject } from './objects/image-object.ts';
import { objectsUsedBy } from './objects/uses.ts';
import { containerSecretUses, secretUses } from './secret-uses.ts';
import { serviceUrl } from './service-url.ts';
import type { ServiceContainer } from './services.ts';
import { summarizePin } from './summarize-pin.ts';
import { atServer, dependenciesOf, finding, sorted, type World } from './world.ts';

/** What a server that is reached by URL comes to: its image, its container, and an entry per target, in this order. */
export function desireService(
  service: ServiceContainer,
  world: World,
): { readonly desired: readonly Desired[]; readonly caveats: readonly Finding[] } {
  const { server, engine, spec } = service;
  const at = atServer(server, world);
  const address = objectAddress(engine, 'container', server.name);
  const reason = service.problem ?? borrowedLaunch(server);
  const pin = pinOf(server, world);
  const image = reason === undefined ? [imageObject(spec, engine, { pin, at })] : [];
  const container = containerObject(service, image, world);
  const blocked = reason === undefined ? {} : { blocked: finding('error', reason, { at, address }) };
  const entries = server.targets.map((target) => entryTo(container, { service, target }, world));
  return {
    desired: [...image, { ...container, ...blocked }, ...entries],
    caveats: reason === undefined ? caveatsOf(service, world).map(warning) : [],
  };

  function warning(caveat: Reason): Finding {
    return finding('warning', caveat, { at, address });
  }
}

function caveatsOf({ server, caveats }: ServiceContainer, { pins }: World): readonly Reason[] {
  return [...imageCaveats(server, pins.get(server.name)), ...caveats];
}

function containerObject(
  { server, engine, spec }: ServiceContainer,
  image: readonly DesiredObject[],
  world: World,
): DesiredObject {
  const { manifest } = world;
  const pin = pinOf(server, world);
  const needs = [
    ...image.map(({ address }) => address),
    ...objectsUsedBy(server, manifest),
    ...dependenciesOf(server, world),
  ];
  return {
    address: objectAddress(engine, 'container', server.name),
    provider: 'docker',
    kind: 'container',
    engine,
    name: objectName(manifest.name, server.name),
    server: server.name,
    container: spec,
    runtime: server.runtime,
    dependsOn: sorted(needs),
    // What is kept is kept in a client's file.
    lifecycle: { ...server.lifecycle, keep: [] },
    secrets: containerSecretUses(server, manifest.secrets),
    ...containerFills(spec),
    launchDigest: digestOf(server, world, spec),
    ...(pin === undefined ? {} : { pin }),
    at: atServer(server, world),
  };
}

function pinOf(server: Server, { pins }: World): PinSummary | undefined {
  const pin = pins.get(server.name);
  return pin === undefined ? undefined : summarizePin(pin);
}

function entryTo(
  container: { readonly address: Address },
  { service: { server, spec }, target }: { readonly service: ServiceContainer; readonly target: Target },
  world: World,
): DesiredEntry {
  const { launcher, platform, manifest } = world;
  const { secrets } = manifest;
  const at = atServer(server, world);
  const address = entryAddress(target, server.name);
  const bare = { spec: entrySpec(server, spec, world), caveats: [] };
  const launch = emitSecrets(bare, server, { target, launcher, platform, secrets });
  const { blocked, record, fills } = launch;
  return {
    address,
    provider: target.client,
    kind: 'entry',
    server: server.name,
    target,
    spec: launch.spec,
    runtime: server.runtime,
    dependsOn: sorted([container.address, ...dependenciesOf(server, world)]),
    lifecycle: server.lifecycle,
    secrets: secretUses(server, secrets),
    ...(fills.length === 0 ? {} : { fills }),
    launchDigest: digestOf(server, world, spec),
    ...(record === undefined ? {} : { launch: record }),
    ...(blocked === undefined ? {} : { blocked: finding('error', blocked, { at, address }) }),
    at,
  };
}

/** As it is where the engine runs on this machine; whoever knows the engine knows better. */
function entrySpec(server: Server, { service }: ServiceContainer['spec'], { manifest }: World): EntrySpec {
  const url = service === null ? null : serviceUrl(service, null);
  if (url === null) throw new Error(`server "${server.name}" is reached nowhere`);
  return { ...bindServer(server, manifest.secrets), args: [], env: {}, url };
}

function digestOf(server: Server, { manifest, pins }: World, container: ServiceContainer['spec']): string {
  const { secrets } = manifest;
  const spec = bindServer(server, secrets);
  const uses = [...secretUses(server, secrets), ...containerSecretUses(server, secrets)];
  return launchDigest(server, { spec, container }, { secrets, pin: pins.get(server.name), uses });
}
