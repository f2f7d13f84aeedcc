import type { Code } from '../../../../src/model/codes.ts';
import { McpformError } from '../../../../src/model/error.ts';
import type { ContainerInfo, ContainerRequest, NetworkInfo } from '../../../../src/providers/docker/api.ts';
import type { Engine, LogLine } from '../../../../src/providers/docker/engine.ts';
import { containerCalled, ENGINE_ID, type FakeContainer, type FakeWorld } from './fake-world.ts';

/**
 * An engine in memory, with the rules of real ones that matter for changing containers: names are taken once, ports
 * when something starts, and a network or volume stays while something is in it. What a container does follows from
 * its arguments: `exit N` ends at once, anything else runs.
 */
export function fakeEngine(world: FakeWorld): Engine {
  const find = (idOrName: string): FakeContainer | undefined =>
    world.containers.get(idOrName) ?? containerCalled(world, idOrName);
  const need = (idOrName: string): FakeContainer => {
    const found = find(idOrName);
    if (found === undefined) throw refused('ENGINE_FAILED', `No such container: ${idOrName}`);
    return found;
  };
  return {
    name: 'docker',
    endpoint: { kind: 'unix', path: '/run/fake.sock' },
    identity: async () => ({
      id: ENGINE_ID,
      kind: 'docker',
      version: '28.5.2',
      apiVersion: '1.51',
      isRootless: false,
      store: 'overlay2',
      logDriver: 'json-file',
      cannotLimit: [],
    }),
    listContainers: async () =>
      [...world.containers.values()].map(({ id, name, request, status }) => ({
        ...{ Id: id, Names: [`/${name}`], State: status, ImageID: imageId(request.Image ?? '') },
        Labels: request.Labels ?? {},
      })),
    inspectContainer: async (idOrName) => {
      const found = find(idOrName);
      return found === undefined ? null : infoOf(found);
    },
    createContainer: async (request) => create(world, request),
    startContainer: async (id) => start(world, need(id)),
    stopContainer: async (id) => stop(world, need(id)),
    killContainer: async (id) => stop(world, need(id)),
    pauseContainer: async (id) => {
      need(id).status = 'paused';
    },
    unpauseContainer: async (id) => {
      need(id).status = 'running';
    },
    restartContainer: async (id) => {
      stop(world, need(id));
      start(world, need(id));
    },
    renameContainer: async (id, name) => {
      const other = containerCalled(world, name);
      const renamed = need(id);
      if (other !== undefined && other !== renamed) throw refused('ENGINE_NAME_TAKEN', `"${name}" is in use`);
      renamed.name = name;
    },
    updateContainer: async (id, update) => {
      const updated = need(id);
      updated.hostConfig = { ...updated.hostConfig, ...update };
    },
    removeContainer: async (id, { force }) => {
      const removed = find(id);
      if (removed === undefined) return;
      if (!force && removed.status === 'running') throw refused('ENGINE_FAILED', 'it runs');
      world.containers.delete(removed.id);
    },
    waitForContainer: async (id) => need(id).exitCode,
    listNetworks: async () => [...world.networks].map(([Id, network]): NetworkInfo => ({ Id, ...network })),
    createNetwork: async (request) => {
      const id = `network-${nextId(world)}`;
      world.networks.set(id, request);
      return id;
    },
    removeNetwork: async (idOrName) => {
      const id = networkId(world, idOrName);
      const name = world.networks.get(id)?.Name ?? '';
      const isUsed = [...world.containers.values()].some(({ networks, status }) => {
        return networks.has(name) && status === 'running';
      });
      if (isUsed) throw refused('ENGINE_IN_USE', `network ${name} has active endpoints`);
      world.networks.delete(id);
    },
    connectNetwork: async (idOrName, container, aliases) => {
      const network = world.networks.get(networkId(world, idOrName));
      if (network === undefined) throw refused('ENGINE_NETWORK_MISSING', `network ${idOrName} not found`);
      need(container).networks.set(network.Name, aliases);
    },
    disconnectNetwork: async (idOrName, container) => {
      need(container).networks.delete(world.networks.get(networkId(world, idOrName))?.Name ?? idOrName);
    },
    listVolumes: async () =>
      [...world.volumes.values()].map(({ DriverOpts, ...volume }) => ({ ...volume, Options: DriverOpts })),
    createVolume: async (request) => {
      if (!world.volumes.has(request.Name)) world.volumes.set(request.Name, request);
    },
    removeVolume: async (name) => void world.volumes.delete(name),
    listImages: async () => [],
    inspectImage: async (idOrReference) => {
      const found = [...world.images].find(
        ([name]) => name === idOrReference || imageId(name) === idOrReference,
      );
      if (found === undefined) return null;
      return {
        Id: imageId(found[0]),
        RepoDigests: [found[0]],
        Os: 'linux',
        Architecture: 'amd64',
        Config: { Labels: found[1] },
      };
    },
    pullImage: async (reference) => void world.images.set(reference, {}),
    removeImage: async () => undefined,
    logs: (id) => logOf(need(id)),
    stats: async () => ({}),
  };
}

export function refused(code: Code, message: string): McpformError {
  return new McpformError(code, `docker would not: ${message}`);
}

function imageId(reference: string): string {
  return `sha256:${reference.slice(-64)}`;
}

function networkId(world: FakeWorld, idOrName: string): string {
  if (world.networks.has(idOrName)) return idOrName;
  return [...world.networks].find(([, { Name }]) => Name === idOrName)?.[0] ?? idOrName;
}

export function create(world: FakeWorld, request: ContainerRequest, id = nextId(world)): string {
  if (containerCalled(world, request.name) !== undefined)
    throw refused('ENGINE_NAME_TAKEN', `the name "${request.name}" is already in use`);
  const { NetworkMode = 'default' } = request.HostConfig;
  const first = NetworkMode === 'default' ? 'bridge' : NetworkMode;
  const aliases = request.NetworkingConfig?.EndpointsConfig[NetworkMode]?.Aliases ?? [];
  world.containers.set(id, {
    ...{ id, name: request.name, request, hostConfig: request.HostConfig, status: 'created', exitCode: 0 },
    ...{ restarts: 0, health: null, networks: new Map([[first, aliases]]) },
  });
  return id;
}

export function nextId(world: FakeWorld): string {
  world.made += 1;
  return String(world.made).padStart(12, 'c').padEnd(64, '0');
}

export function start(world: FakeWorld, container: FakeContainer): void {
  if (container.status === 'running') return;
  if (container.status === 'paused') throw refused('ENGINE_FAILED', 'cannot start a paused container');
  const missing = [...container.networks.keys()].find(
    (name) => ![...world.networks.values()].some(({ Name }) => Name === name),
  );
  if (missing !== undefined) throw refused('ENGINE_NETWORK_MISSING', `network ${missing} not found`);
  for (const port of portsOf(container)) {
    const others = [...world.containers.values()].filter((other) => other !== container);
    const isTaken = others.some((other) => isUp(other) && portsOf(other).includes(port));
    if (isTaken || world.portsTaken.has(port))
      throw refused('ENGINE_PORT_TAKEN', `port ${port} is already allocated`);
  }
  const [verb, code] = container.request.Cmd ?? [];
  container.status = verb === 'exit' ? 'exited' : verb === 'crash' ? 'restarting' : 'running';
  container.exitCode = verb === 'exit' || verb === 'crash' ? Number(code) : 0;
  container.health =
    container.request.Healthcheck === undefined ? null : verb === 'sick' ? 'unhealthy' : 'healthy';
}

function isUp({ status }: FakeContainer): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

function portsOf({ hostConfig }: FakeContainer): readonly number[] {
  return Object.values(hostConfig.PortBindings ?? {}).flatMap((list) =>
    (list ?? []).map(({ HostPort }) => Number(HostPort)),
  );
}

/** Whoever else waits for its end is content with this one. */
export function stop(world: FakeWorld, container: FakeContainer): void {
  const others = world.late.filter(({ effect, id }) => effect !== 'stop' || id !== container.id);
  world.late.splice(0, world.late.length, ...others);
  if (container.status === 'created') return;
  container.status = 'exited';
  container.exitCode = 143;
  container.health = null;
}

function infoOf(container: FakeContainer): ContainerInfo {
  const { id, name, request, status, exitCode, restarts, health, networks } = container;
  const { name: _, platform: __, HostConfig: ___, NetworkingConfig: ____, ...config } = request;
  return {
    Id: id,
    Name: `/${name}`,
    Image: imageId(request.Image ?? ''),
    RestartCount: restarts,
    State: {
      Status: status,
      Running: isUp(container),
      Paused: status === 'paused',
      Restarting: status === 'restarting',
      Dead: status === 'dead',
      ExitCode: exitCode,
      ...(health === null ? {} : { Health: { Status: health, Log: [{ ExitCode: 1, Output: 'no' }] } }),
    },
    Config: { Hostname: id.slice(0, 12), ...config },
    HostConfig: container.hostConfig,
    NetworkSettings: {
      Networks: Object.fromEntries([...networks].map(([network, Aliases]) => [network, { Aliases }])),
    },
    Mounts: (container.hostConfig.Mounts ?? []).map(({ Type, Source = '', Target, ReadOnly }) => ({
      ...{ Type, Source, Destination: Target, RW: ReadOnly !== true },
      ...(Type === 'volume' ? { Name: Source } : {}),
    })),
  };
}

async function* logOf({ request }: FakeContainer): AsyncIterable<LogLine> {
  yield { stream: 'stdout', time: '', text: `ran ${(request.Cmd ?? []).join(' ')}` };
}
