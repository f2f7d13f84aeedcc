import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../../../../src/model/container.ts';
import type { DesiredObject, Observed } from '../../../../src/model/resource.ts';
import { NO_BASE } from '../../../../src/plan/base.ts';
import { compare, type Difference } from '../../../../src/plan/compare.ts';
import type { ContainerInfo, ImageInfo } from '../../../../src/providers/docker/api.ts';
import { readContainer } from '../../../../src/providers/docker/container-attributes.ts';
import type { Reading } from '../../../../src/providers/docker/container-reading.ts';
import type { EngineIdentity } from '../../../../src/providers/docker/engine.ts';
import { render } from '../../../../src/providers/docker/render.ts';
import { containerOf } from '../../../support/container-spec.ts';

/** What real engines answered about two containers and their image. */
interface Recording {
  readonly identity: EngineIdentity;
  readonly image: ImageInfo;
  readonly containers: {
    /** Of which nothing was asked but the image. */
    readonly bare: ContainerInfo;
    /** Asked for as `everything`. */
    readonly full: ContainerInfo;
  };
}

export const RECORDINGS = [
  'docker-20.10',
  'docker-28.5-overlay2',
  'docker-28.5-containerd',
  'podman-4.3',
] as const;

export type RecordingName = (typeof RECORDINGS)[number];

/** Each call gives a copy of its own, to be changed at will. */
export function recorded(name: RecordingName): Recording {
  const file = join(import.meta.dirname, 'recordings', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}

export function readingOf(name: RecordingName, which: 'bare' | 'full'): Reading {
  const { identity, image, containers } = recorded(name);
  return { info: containers[which], image, kind: identity.kind, engine: identity };
}

export const TALKATIVE =
  '127.0.0.1:5000/mcp/busybox:2.0.0@sha256:1823bf02243d1f42f967c91990ed0c78cb111499d83a448c0b08b359e025af25';

/** With one of everything that a manifest can ask for. */
export const everything: Partial<ContainerSpec> = {
  image: TALKATIVE,
  platform: 'linux/amd64',
  entrypoint: ['sh', '-c'],
  args: ['sleep 1000'],
  env: { GREETING: 'hi', X: 'y' },
  workingDirectory: '/tmp/',
  hostname: 'host-a',
  user: '1000:1000',
  groups: ['10', '2'],
  isRootReadOnly: true,
  addedCapabilities: ['NET_BIND_SERVICE', 'CHOWN'],
  limits: {
    memoryBytes: 64 << 20,
    memoryReservationBytes: 32 << 20,
    memorySwapBytes: 96 << 20,
    sharedMemoryBytes: 32 << 20,
    nanoCpus: 3e8,
    cpuShares: 512,
    pids: 50,
    ulimits: { nofile: { soft: 100, hard: 200 }, nproc: { soft: 100, hard: 100 } },
  },
  mounts: [
    {
      kind: 'volume',
      volume: 'demo.data',
      isExternal: false,
      driver: null,
      driverOptions: {},
      target: '/data',
      isReadOnly: false,
    },
    { kind: 'bind', source: '/etc', target: '/mnt/etc', isReadOnly: true },
  ],
  tmpfs: ['/run', '/tmp'],
  networks: [
    { network: 'demo.tools', isExternal: false, aliases: ['full', 'alias'] },
    { network: 'demo.other', isExternal: false, aliases: ['full'] },
  ],
  dns: ['10.0.0.1', '1.1.1.1'],
  extraHosts: { 'a.b': '10.1.1.1', gw: 'host-gateway', six: 'fe80::1' },
  devices: [{ source: '/dev/null', target: '/dev/thing', permissions: 'rw' }],
  service: { transport: 'http', port: 3001, path: '/mcp', publish: { address: '127.0.0.1', port: 23_001 } },
  restart: 'unless-stopped',
  init: true,
  stopSignal: 'SIGTERM',
  stopTimeoutSeconds: 7,
  labels: { 'org.example.x': 'y' },
  logging: { driver: 'json-file', options: { 'max-size': '1m' } },
  health: {
    kind: 'command',
    command: ['true'],
    intervalMs: 1000,
    timeoutMs: 1500,
    retries: 2,
    startPeriodMs: 0,
  },
};

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

export function container(name: string, changes: Partial<ContainerSpec> = {}): DesiredObject {
  return {
    ...common(`docker/container/${name}`),
    kind: 'container',
    server: name,
    name: `demo.${name}`,
    container: containerOf({ logging: null, ...changes }),
  };
}

/** What a plan would change in a container that is read so. */
export function differences(desired: DesiredObject, reading: Reading): readonly Difference[] {
  const { attributes, unknown }: Pick<Observed, 'attributes' | 'unknown'> = readContainer(reading);
  return compare({
    desired: render(desired).attributes,
    observed: attributes,
    base: NO_BASE,
    keep: [],
    ignoreChanges: [],
    alsoObservedBut: unknown,
  }).differences;
}

export function pointers(found: readonly Difference[]): readonly string[] {
  return found.map(({ pointer }) => pointer);
}
