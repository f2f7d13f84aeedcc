import type { JsonObject } from '../../../src/model/json.ts';
import { freePort } from '../../support/free-port.ts';
import type { StackWorld } from './stack-world.ts';

/** The address and the engine's name of the container that drift is tried on. */
export const FULL = 'docker/container/full';
export const NAME = 'tools.full';

/** A stack in which every field of a container says something, and the same container as a person would type it. */
export interface DriftStack {
  readonly port: number;
  readonly manifest: JsonObject & { readonly servers: { readonly full: JsonObject } };
  /** Flags of `docker create` by what they are about, for a container that is as the manifest wants it. */
  readonly flags: Flags;
}

export type Flags = Readonly<Record<string, readonly string[]>>;

export async function makeDriftStack({ home, busybox }: StackWorld): Promise<DriftStack> {
  const port = await freePort();
  const files = `${home.project}/files`;
  const full = {
    image: busybox.tagged,
    platform: 'linux/amd64',
    transport: 'http',
    port: 3001,
    publish: port,
    entrypoint: ['httpd'],
    args: ['-f', '-p', '3001', '-h', '/files'],
    env: { MODE: 'calm', LEVEL: '3' },
    workingDirectory: '/files',
    hostname: 'full',
    resources: {
      memory: '64Mi',
      memoryReservation: '32Mi',
      memorySwap: '96Mi',
      sharedMemory: '16Mi',
      cpus: 0.5,
      cpuShares: 512,
      pids: 50,
      ulimits: { nofile: { soft: 1000, hard: 2000 } },
    },
    volumes: ['data:/data', './files:/files'],
    tmpfs: ['/tmp'],
    networks: { inner: { aliases: ['web'] }, outer: null },
    security: { readOnly: true, user: '1000:1000', groups: ['2000'], addCapabilities: ['NET_BIND_SERVICE'] },
    restart: 'on-failure',
    stopSignal: 'SIGINT',
    stopTimeout: '3s',
    labels: { team: 'tools' },
    dns: ['127.0.0.1'],
    extraHosts: { db: '10.0.0.5' },
    devices: ['/dev/null:/dev/nothing:rw'],
    logging: { driver: 'json-file', options: { 'max-size': '1m' } },
    health: {
      // As `docker create --health-cmd` makes it.
      command: ['/bin/sh', '-c', 'test ! -e /tmp/sick'],
      interval: '400ms',
      timeout: '5s',
      retries: 1,
      startPeriod: '5s',
    },
  };
  return {
    port,
    manifest: {
      servers: { full },
      networks: { inner: { labels: { of: 'inner' } }, outer: null },
      volumes: { data: { labels: { of: 'data' } }, scratch: { labels: { of: 'scratch' }, protect: false } },
    },
    flags: {
      entrypoint: ['--entrypoint=httpd'],
      env: ['--env=MODE=calm', '--env=LEVEL=3'],
      folder: ['--workdir=/files'],
      host: ['--hostname=full'],
      memory: ['--memory=64m', '--memory-reservation=32m', '--memory-swap=96m'],
      shared: ['--shm-size=16m'],
      processor: ['--cpus=0.5', '--cpu-shares=512'],
      pids: ['--pids-limit=50'],
      ulimits: ['--ulimit=nofile=1000:2000'],
      data: ['--volume=tools.data:/data'],
      files: [`--volume=${files}:/files:ro`],
      tmpfs: ['--tmpfs=/tmp'],
      network: ['--network=tools.inner', '--network-alias=web', '--network-alias=full'],
      root: ['--read-only'],
      user: ['--user=1000:1000', '--group-add=2000'],
      capabilities: ['--cap-drop=ALL', '--cap-add=NET_BIND_SERVICE'],
      privileges: ['--security-opt=no-new-privileges'],
      restart: ['--restart=on-failure'],
      init: ['--init'],
      stop: ['--stop-signal=SIGINT', '--stop-timeout=3'],
      labels: ['--label=team=tools'],
      dns: ['--dns=127.0.0.1'],
      hosts: ['--add-host=db:10.0.0.5'],
      devices: ['--device=/dev/null:/dev/nothing:rw'],
      logging: ['--log-driver=json-file', '--log-opt=max-size=1m'],
      health: [
        '--health-cmd=test ! -e /tmp/sick',
        '--health-interval=400ms',
        '--health-timeout=5s',
        '--health-retries=1',
        '--health-start-period=5s',
      ],
      publish: [`--publish=127.0.0.1:${port}:3001`],
    },
  };
}

const PROGRAM: readonly string[] = ['-f', '-p', '3001', '-h', '/files'];

export interface Retyped {
  /** Flags that are others, or none. */
  readonly flags?: Flags;
  readonly image?: string;
  readonly program?: readonly string[];
  /** Networks it is connected to before it starts. */
  readonly others?: readonly string[];
}

/** `docker rm`, and `docker create` with other flags: what somebody does who tries something out. */
export async function retype(
  { engine, busybox }: StackWorld,
  stack: DriftStack,
  { flags = {}, image = busybox.pinned, program = PROGRAM, others = ['tools.outer'] }: Retyped,
): Promise<void> {
  await engine.docker(['rm', '--force', NAME]);
  const typed = Object.values({ ...stack.flags, ...flags }).flat();
  await engine.docker(['create', '--name', NAME, ...typed, image, ...program]);
  for (const network of others) {
    await engine.docker(['network', 'connect', '--alias', 'full', network, NAME]);
  }
  await engine.docker(['start', NAME]);
}
