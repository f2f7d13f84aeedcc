import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerSpec, Limits } from '../../src/model/container.ts';
import { asContainer, asNetwork, asVolume } from '../../src/providers/docker/attributes.ts';
import { docker } from '../../src/providers/docker/index.ts';
import { networkRequest, volumeRequest } from '../../src/providers/docker/request.ts';
import { requireImages } from '../support/mcp-image.ts';
import {
  BEDS,
  common,
  containerObject,
  create,
  lookAt,
  make,
  makeObserveWorld,
  type ObserveWorld,
} from './observe-world.ts';

const UNLIMITED: Limits = {
  memoryBytes: null,
  memoryReservationBytes: null,
  memorySwapBytes: null,
  sharedMemoryBytes: null,
  nanoCpus: null,
  cpuShares: null,
  pids: 128,
  ulimits: {},
};
const MIB = 2 ** 20;

/** Of the talkative image, with one of everything that a manifest can ask for. */
function everything({ talkative }: ObserveWorld, profile: string): Partial<ContainerSpec> {
  return {
    image: talkative,
    platform: 'linux/amd64',
    entrypoint: ['sh', '-c'],
    args: ['sleep 1000'],
    env: { GREETING: 'bonjour', EMPTY: '', LINES: 'a\nb=c' },
    workingDirectory: '/tmp/',
    hostname: 'host-a',
    user: '1000:1000',
    groups: ['10', '2'],
    isRootReadOnly: true,
    addedCapabilities: ['CHOWN', 'NET_BIND_SERVICE'],
    seccomp: profile,
    limits: {
      memoryBytes: 64 * MIB,
      memoryReservationBytes: 32 * MIB,
      memorySwapBytes: 96 * MIB,
      sharedMemoryBytes: 32 * MIB,
      nanoCpus: 3e8,
      cpuShares: 512,
      pids: 50,
      ulimits: { nproc: { soft: 100, hard: 100 }, nofile: { soft: 100, hard: 200 } },
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
    tmpfs: ['/run', '/scratch'],
    networks: [
      { network: 'demo.tools', isExternal: false, aliases: ['full', 'alias'] },
      { network: 'demo.other', isExternal: false, aliases: ['host-a'] },
    ],
    dns: ['10.0.0.1', '1.1.1.1'],
    extraHosts: { 'a.b': '10.1.1.1', gateway: 'host-gateway', six: 'fe80::1' },
    devices: [{ source: '/dev/null', target: '/dev/thing', permissions: 'rw' }],
    service: {
      transport: 'http',
      port: 3001,
      path: '/mcp',
      publish: { address: '127.0.0.1', port: 23_001 },
    },
    restart: 'unless-stopped',
    init: true,
    stopSignal: 'SIGQUIT',
    stopTimeoutSeconds: 7,
    labels: { 'org.example.own': 'a=b' },
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
}

const SLEEP = ['sleep', '1000'];

/** What else a manifest can say, one thing at a time. */
const OTHERS: Readonly<Record<string, Partial<ContainerSpec>>> = {
  'in the network of the host': { networks: [{ network: 'host', isExternal: true, aliases: [] }] },
  'with a port, in the network of the host': {
    networks: [{ network: 'host', isExternal: true, aliases: [] }],
    service: { transport: 'http', port: 80, path: '/', publish: { address: '127.0.0.1', port: 23_003 } },
  },
  'without a network': { networks: [{ network: 'none', isExternal: true, aliases: [] }] },
  'in the default network by its name': { networks: [{ network: 'bridge', isExternal: true, aliases: [] }] },
  'with some capabilities less and one more': {
    droppedCapabilities: ['KILL', 'NET_RAW', 'SYS_ADMIN'],
    addedCapabilities: ['SYS_PTRACE'],
  },
  'with all capabilities that there are by default': { droppedCapabilities: [], noNewPrivileges: false },
  'without a seccomp profile, and without an init': { seccomp: 'unconfined', init: false },
  'that may only read, but for what is in memory': { isRootReadOnly: true, tmpfs: ['/tmp'] },
  'with memory, and swap as it comes': { limits: { ...UNLIMITED, memoryBytes: 32 * MIB } },
  'with what the image says anyway': { env: { PATH: '/usr/bin:/bin' }, workingDirectory: '/data' },
  'that starts again after it failed': { restart: 'on-failure' },
  'published for everybody': {
    service: { transport: 'http', port: 80, path: '/', publish: { address: '0.0.0.0', port: 23_002 } },
  },
};

const PRIVILEGED = { privileged: true, droppedCapabilities: [] };

describe.each(BEDS)('$name', ({ start, canRun, isPodman }) => {
  describe.runIf(canRun() && requireImages())('asked for an object', () => {
    let world: ObserveWorld;
    let profile: string;
    beforeAll(async () => {
      world = await makeObserveWorld(start);
      profile = join(world.bed.folder, 'profile.json');
      writeFileSync(profile, '{"defaultAction":"SCMP_ACT_ALLOW"}\n');
      await world.engine.createVolume(volumeRequest('demo.data', { driver: 'local' }, {}));
      for (const name of ['demo.tools', 'demo.other']) {
        const plain = { driver: 'bridge', internal: false, ipv6: false };
        await world.engine.createNetwork(networkRequest(name, plain, {}));
      }
    });
    afterAll(async () => {
      await world?.remove();
    });

    it('has it with every field just as it was asked for', async () => {
      const desired = containerObject('full', everything(world, profile));
      await create(world, desired);
      const { differences, observed } = await lookAt(world, desired);
      expect(differences).toEqual([]);
      const own = Object.keys(docker.render(desired).attributes);
      expect(Object.keys(observed?.attributes ?? {}).sort()).toEqual(own.sort());
      expect((await lookAt(world, desired)).observed).toEqual(observed);
    });

    it('tells what the image brought along from what was asked for', async () => {
      const desired = containerObject('bare', { image: world.talkative });
      await create(world, desired);
      const { differences, observed } = await lookAt(world, desired);
      expect(differences).toEqual([]);
      const { env, labels, ...attributes } = asContainer(observed?.attributes ?? {});
      expect(attributes).toMatchObject({
        entrypoint: ['sleep'],
        args: ['1000'],
        workingDirectory: '/data',
        stopSignal: 'SIGINT',
        security: { user: 'node' },
        volumes: { '/cache': { volume: expect.stringMatching(/^[0-9a-f]{64}$/), readOnly: false } },
      });
      expect(env).toMatchObject({ GREETING: 'hello', EQUAL: 'a=b' });
      expect(labels).toEqual({ 'org.example.of-image': 'yes' });
      expect(attributes.ports).toBeUndefined();
      expect(observed?.unknown).toEqual(
        expect.arrayContaining(['/args', '/entrypoint', '/env/GREETING', '/security/user', '/stopSignal']),
      );
    });

    it.each(Object.keys(OTHERS))('has a container %s', async (which) => {
      const name = `other-${Object.keys(OTHERS).indexOf(which)}`;
      const desired = containerObject(name, { image: world.plain, args: SLEEP, ...OTHERS[which] });
      await create(world, desired);
      expect((await lookAt(world, desired)).differences).toEqual([]);
    });

    // The tests' own machine may lack rights that such a container is to have, so it is not started.
    it('has a container that may do everything', async () => {
      const desired = containerObject('privileged', { image: world.plain, args: SLEEP, ...PRIVILEGED });
      await make(world, desired);
      const { differences } = await lookAt(world, desired);
      expect(differences.map(({ pointer }) => pointer)).toEqual(['/status']);
    });

    it('has networks and volumes as asked', async () => {
      const labels = { 'org.example.own': 'yes' };
      const network = {
        ...common('docker/network/own'),
        kind: 'network' as const,
        name: 'demo.own',
        network: {
          driver: 'bridge',
          driverOptions: { [isPodman ? 'mtu' : 'com.docker.network.driver.mtu']: '1400' },
          isInternal: true,
          hasIpv6: false,
          labels,
        },
      };
      const volume = {
        ...common('docker/volume/own'),
        kind: 'volume' as const,
        name: 'demo.own',
        volume: { driver: 'local', driverOptions: { type: 'tmpfs', device: 'tmpfs' }, labels },
      };
      const ours = { 'dev.mcpform.stack': 'demo' };
      await world.engine.createNetwork(
        networkRequest(network.name, asNetwork(docker.render(network).attributes), ours),
      );
      await world.engine.createVolume(
        volumeRequest(volume.name, asVolume(docker.render(volume).attributes), ours),
      );
      for (const desired of [network, volume]) {
        const { differences, observed } = await lookAt(world, desired);
        expect(observed?.attributes).toEqual(docker.render(desired).attributes);
        expect(differences).toEqual([]);
      }
    });

    it('has the image that it pulled, by its digest', async () => {
      const image = {
        ...common('docker/image/busybox'),
        kind: 'image' as const,
        image: world.talkative,
        platform: null,
        name: world.talkative.replace(/:[^:@]*@/, '@'),
      };
      const { differences, observed } = await lookAt(world, image);
      expect(differences).toEqual([]);
      expect(observed?.attributes).toEqual({ image: image.name, platform: 'linux/amd64' });
      const other = { ...image, name: image.name.replace(/[0-9a-f]{8}$/, '00000000') };
      expect((await lookAt(world, { ...other, image: other.name })).observed).toBeUndefined();
    });
  });
});
