import { readFileSync } from 'node:fs';
import type { ContainerSpec } from '../../src/model/container.ts';
import type { Context } from '../../src/model/context.ts';
import type { Observation, ObserveRequest } from '../../src/model/provider.ts';
import type { DesiredObject, Observed, Place } from '../../src/model/resource.ts';
import { NO_BASE } from '../../src/plan/base.ts';
import { compare, type Difference } from '../../src/plan/compare.ts';
import { asContainer } from '../../src/providers/docker/attributes.ts';
import { connectEngine } from '../../src/providers/docker/connect.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { docker } from '../../src/providers/docker/index.ts';
import { containerRequest } from '../../src/providers/docker/request.ts';
import { containerOf } from '../support/container-spec.ts';
import { ENGINE_KINDS, requireEngine, startEngine } from '../support/engine.ts';
import { requirePodman, startPodman } from '../support/engine-podman.ts';
import { relayTo } from '../support/engine-relay.ts';
import type { RunningEngine } from '../support/engine-run.ts';
import { type McpImage, mcpImage, variantOf } from '../support/mcp-image.ts';
import { pushMcpImage } from '../support/mcp-image-place.ts';
import { realContext } from '../support/real-context.ts';
import { type RealRegistry, startRegistry } from '../support/registry.ts';
import { type Home, throwawayHome } from '../support/throwaway-home.ts';

/** Every engine that tests have, for `describe.each`. */
export const BEDS = [
  ...ENGINE_KINDS.map((kind) => ({
    name: `Docker from ${kind.version}, ${kind.store}`,
    isPodman: false,
    canRun: () => requireEngine(kind),
    start: (_registry: RealRegistry): Promise<RunningEngine> => startEngine(kind),
  })),
  {
    name: 'Podman',
    isPodman: true,
    canRun: requirePodman,
    start: (registry: RealRegistry): Promise<RunningEngine> =>
      startPodman({ insecureRegistries: [registry.host] }),
  },
];

/** An engine with images that it pulled by their digests. */
export interface ObserveWorld {
  readonly home: Home;
  readonly bed: RunningEngine;
  readonly engine: Engine;
  readonly ctx: Context;
  /** Busybox as it is: `NAME:TAG@sha256:…`. */
  readonly plain: string;
  /** Busybox in an image that says all that an image can say. */
  readonly talkative: string;
  readonly remove: () => Promise<void>;
}

/** What an image brings along: one of everything. */
export const TALKATIVE = {
  Env: ['PATH=/usr/bin:/bin', 'GREETING=hello', 'EQUAL=a=b'],
  Labels: { 'org.example.of-image': 'yes' },
  Entrypoint: ['sleep'],
  Cmd: ['1000'],
  User: 'node',
  WorkingDir: '/data',
  Volumes: { '/cache': {} },
  ExposedPorts: { '9000/tcp': {}, '3001/tcp': {} },
  StopSignal: 'SIGINT',
  Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 3_000_000_000, Timeout: 2_000_000_000, Retries: 4 },
};

export async function makeObserveWorld(start: (typeof BEDS)[number]['start']): Promise<ObserveWorld> {
  const home = await throwawayHome();
  const registry = await startRegistry();
  const bed = await start(registry);
  const ctx = realContext(home, bed.env);
  const engine = await connectEngine(null, ctx);
  const pull = async (image: McpImage): Promise<string> => {
    const { pinned } = await pushMcpImage(registry, image);
    await engine.pullImage(pinned, { platform: null });
    return pinned;
  };
  const relay = isInside(bed) ? await relayTo(bed, Number(registry.host.split(':')[1])) : null;
  const busybox = mcpImage('busybox');
  const plain = await pull(busybox);
  const talkative = await pull(variantOf(busybox, '2.0.0', (config) => ({ ...config, ...TALKATIVE })));
  await relay?.close();
  await registry.stop();
  return {
    home,
    bed,
    engine,
    ctx,
    plain,
    talkative,
    remove: async () => {
      await bed.stop();
      await home.remove();
    },
  };
}

function isInside({ socket }: RunningEngine): boolean {
  return socket.endsWith('podman.sock');
}

export function containerObject(name: string, changes: Partial<ContainerSpec> = {}): DesiredObject {
  return {
    ...common(`docker/container/${name}`),
    kind: 'container',
    server: name,
    name: `demo.${name}`,
    container: containerOf({ logging: null, ...changes }),
  };
}

export function common(address: string) {
  return {
    address,
    provider: 'docker',
    engine: null,
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    secrets: [],
    launchDigest: 'launch',
    at: { file: '/repo/mcp.yaml', pointer: '/servers/x' },
  };
}

/** Creates it in the networks that it is in, with labels as ours are. */
export async function make(world: ObserveWorld, desired: DesiredObject): Promise<string> {
  const attributes = asContainer(docker.render(desired).attributes);
  const labels = { 'dev.mcpform.stack': 'demo', 'dev.mcpform.operation': 'op' };
  const { kind } = await world.engine.identity();
  const { seccomp } = attributes.security;
  const seccompProfile = seccomp?.startsWith('/') ? readFileSync(seccomp, 'utf8') : null;
  const { request, others } = containerRequest(attributes, { labels, seccompProfile, kind });
  const id = await world.engine.createContainer(request);
  for (const { network, aliases } of others) await world.engine.connectNetwork(network, id, aliases);
  return id;
}

/** The same, and starts it. */
export async function create(world: ObserveWorld, desired: DesiredObject): Promise<string> {
  const id = await make(world, desired);
  await world.engine.startContainer(id);
  return id;
}

export function look(world: ObserveWorld, request: Partial<ObserveRequest>): Promise<Observation> {
  return docker.observe(
    { targets: [], desired: [], places: [], ids: new Map(), root: null, ...request },
    world.ctx,
  );
}

export interface Seen {
  readonly place: Place;
  readonly observed: Observed | undefined;
  readonly observation: Observation;
  /** What a plan would change. */
  readonly differences: readonly Difference[];
}

/** What is there, and how it differs from what is desired, as a plan compares it. */
export async function lookAt(world: ObserveWorld, desired: DesiredObject, id?: string): Promise<Seen> {
  const places = id === undefined ? [] : [(await lookAt(world, desired)).place];
  const ids = new Map(places.map(({ key }) => [key, id as string]));
  const observation = await look(world, { desired: [desired], places, ids });
  const place = docker.identify(desired, observation);
  const observed = observation.objects.get(place.key);
  const { differences } = compare({
    desired: docker.render(desired).attributes,
    observed: observed?.attributes ?? {},
    base: NO_BASE,
    keep: [],
    ignoreChanges: [],
    alsoObservedBut: observed?.unknown ?? [],
  });
  return { place, observed, observation, differences };
}
