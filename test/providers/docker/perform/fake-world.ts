import type {
  ContainerRequest,
  NetworkRequest,
  VolumeRequest,
} from '../../../../src/providers/docker/api.ts';

/** Everything there is on an engine in memory. Plain data, so that a test can copy it at any moment. */
export interface FakeWorld {
  nowMs: number;
  made: number;
  readonly containers: Map<string, FakeContainer>;
  readonly networks: Map<string, NetworkRequest>;
  readonly volumes: Map<string, VolumeRequest>;
  /** By reference: the labels that the image brings along. */
  readonly images: Map<string, Readonly<Record<string, string>>>;
  /** Ports of the host that other programs have. */
  readonly portsTaken: Set<number>;
  /** What an engine still does for somebody who is gone. */
  readonly late: Late[];
}

export interface FakeContainer {
  readonly id: string;
  name: string;
  readonly request: ContainerRequest;
  hostConfig: ContainerRequest['HostConfig'];
  status: 'created' | 'running' | 'paused' | 'exited' | 'restarting' | 'dead';
  exitCode: number;
  restarts: number;
  health: 'starting' | 'healthy' | 'unhealthy' | null;
  /** Aliases by network. */
  readonly networks: Map<string, readonly string[]>;
}

export interface Late {
  readonly atMs: number;
  readonly effect: 'create' | 'stop' | 'start' | 'remove';
  readonly id: string;
  readonly request?: ContainerRequest;
}

export const IMAGE = `registry.example/mcp/server@sha256:${'ab'.repeat(32)}`;
export const ENGINE_ID = 'docker:FAKE';

export function emptyWorld(): FakeWorld {
  return {
    nowMs: 1_000_000,
    made: 0,
    containers: new Map(),
    networks: new Map([['bridge-id', { ...plainNetwork('bridge') }]]),
    volumes: new Map(),
    images: new Map([[IMAGE, {}]]),
    portsTaken: new Set(),
    late: [],
  };
}

export function plainNetwork(name: string): NetworkRequest {
  return { Name: name, Driver: 'bridge', Internal: false, EnableIPv6: false, Options: {}, Labels: {} };
}

export function containerCalled(world: FakeWorld, name: string): FakeContainer | undefined {
  return [...world.containers.values()].find((container) => container.name === name);
}

export function called(world: FakeWorld, name: string): FakeContainer {
  const container = containerCalled(world, name);
  if (container === undefined) throw new Error(`"${name}" is not there`);
  return container;
}

/** What is on the engine, a line each, for comparing: `demo.web running run-1 in demo.tools`. */
export function listed(world: FakeWorld): readonly string[] {
  const containers = [...world.containers.values()];
  return [
    ...containers.map(({ name, status, request: { Labels }, networks }) =>
      join(name, status, madeBy(Labels), 'in', [...networks.keys()]),
    ),
    ...[...world.networks.values()].map(({ Name, Labels }) => {
      const members = containers.filter(({ networks }) => networks.has(Name)).map(({ name }) => name);
      return join('network', Name, madeBy(Labels), 'with', members);
    }),
    ...[...world.volumes.values()].map(({ Name, Labels }) => `volume ${Name} ${madeBy(Labels)}`),
  ]
    .filter((line) => !line.startsWith('network bridge '))
    .sort();
}

function madeBy(labels: Readonly<Record<string, string>> | null | undefined): string {
  return labels?.['dev.mcpform.operation'] ?? 'foreign';
}

function join(...words: readonly (string | readonly string[])[]): string {
  const list = (words.at(-1) as readonly string[]).filter((name) => name !== 'bridge');
  const before = words.slice(0, list.length === 0 ? -2 : -1);
  return [...before, ...list.sort()].join(' ');
}
