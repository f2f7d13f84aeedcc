import type { ContainerSpec } from '../../src/model/container.ts';
import type { ImageLaunchRecord } from '../../src/model/launch.ts';

export const IMAGE = `ghcr.io/acme/mcp:1.2@sha256:${'3f'.repeat(32)}`;

/** As a manifest that names an image and nothing more has it. */
export function containerOf(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: IMAGE,
    platform: null,
    entrypoint: null,
    args: [],
    env: {},
    workingDirectory: null,
    hostname: null,
    user: null,
    groups: [],
    isRootReadOnly: false,
    droppedCapabilities: ['ALL'],
    addedCapabilities: [],
    noNewPrivileges: true,
    privileged: false,
    seccomp: null,
    apparmor: null,
    limits: {
      memoryBytes: null,
      memoryReservationBytes: null,
      memorySwapBytes: null,
      sharedMemoryBytes: null,
      nanoCpus: null,
      cpuShares: null,
      pids: 128,
      ulimits: {},
    },
    mounts: [],
    tmpfs: [],
    networks: [],
    dns: [],
    extraHosts: {},
    devices: [],
    service: null,
    restart: 'no',
    init: true,
    stopSignal: null,
    stopTimeoutSeconds: 10,
    labels: {},
    logging: { driver: 'none', options: {} },
    health: null,
    ...changes,
  };
}

export function imageRecord(changes: Partial<ContainerSpec> = {}): ImageLaunchRecord {
  return { formatVersion: 1, server: 'files', container: containerOf(changes) };
}
