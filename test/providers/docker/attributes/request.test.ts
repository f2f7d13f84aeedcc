import { describe, expect, it } from 'vitest';
import {
  asContainer,
  type ContainerAttributes,
  type NetworkAttributes,
} from '../../../../src/providers/docker/attributes.ts';
import { digestOfProfile } from '../../../../src/providers/docker/container-security.ts';
import { render } from '../../../../src/providers/docker/render.ts';
import {
  containerRequest,
  networkRequest,
  resourceUpdate,
  volumeRequest,
} from '../../../../src/providers/docker/request.ts';
import { container, everything, TALKATIVE } from './world.ts';

const PLAIN = { labels: { 'dev.mcpform.stack': 'demo' }, seccompProfile: null, kind: 'docker' } as const;

function wanted(changes: Parameters<typeof container>[1] = {}): ContainerAttributes {
  return asContainer(render(container('web', { image: TALKATIVE, ...changes })).attributes);
}

describe('a request for a container', () => {
  it('asks for nothing that is left to image and engine', () => {
    const { request, others } = containerRequest(wanted(), PLAIN);
    expect(others).toEqual([]);
    expect(JSON.parse(JSON.stringify(request))).toEqual({
      name: 'demo.web',
      platform: null,
      Image: TALKATIVE.replace(':2.0.0', ''),
      Env: [],
      Labels: { 'dev.mcpform.stack': 'demo' },
      ExposedPorts: {},
      StopTimeout: 10,
      HostConfig: {
        NetworkMode: 'default',
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        Init: true,
        PidsLimit: 128,
        Ulimits: [],
        Mounts: [],
        PortBindings: {},
        Privileged: false,
        ReadonlyRootfs: false,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
      },
    });
  });

  it('asks for everything in the engine’s words', () => {
    const { request, others } = containerRequest(wanted(everything), PLAIN);
    expect(request).toMatchObject({
      platform: 'linux/amd64',
      Entrypoint: ['sh', '-c'],
      Cmd: ['sleep 1000'],
      Env: ['GREETING=hi', 'X=y'],
      ExposedPorts: { '3001/tcp': {} },
      Healthcheck: {
        Test: ['CMD', 'true'],
        Interval: 1e9,
        Timeout: 1.5e9,
        Retries: 2,
        // None at all would be the image's own.
        StartPeriod: 1e6,
      },
      HostConfig: {
        NanoCpus: 3e8,
        Memory: 64 << 20,
        MemorySwap: 96 << 20,
        ShmSize: 32 << 20,
        Mounts: [
          { Type: 'volume', Source: 'demo.data', Target: '/data', ReadOnly: false },
          { Type: 'bind', Source: '/etc', Target: '/mnt/etc', ReadOnly: true },
        ],
        Tmpfs: { '/run': '', '/tmp': '' },
        PortBindings: { '3001/tcp': [{ HostIp: '127.0.0.1', HostPort: '23001' }] },
        ExtraHosts: ['a.b:10.1.1.1', 'gw:host-gateway', 'six:fe80::1'],
        Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/thing', CgroupPermissions: 'rw' }],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      },
    });
    expect(request.HostConfig).not.toHaveProperty('Binds');
    // One network at creation: engines below API 1.44 take no more.
    expect(request.HostConfig.NetworkMode).toBe('demo.other');
    expect(request.NetworkingConfig).toEqual({
      EndpointsConfig: { 'demo.other': { Aliases: ['full'] } },
    });
    expect(others).toEqual([{ network: 'demo.tools', aliases: ['alias', 'full'] }]);
  });

  it.each([
    ['[::1]:3001', { HostIp: '::1', HostPort: '3001' }],
    ['0.0.0.0:auto', { HostIp: '0.0.0.0', HostPort: '' }],
  ])('publishes at %s', (place, binding) => {
    const { request } = containerRequest({ ...wanted(), ports: { '80/tcp': place } }, PLAIN);
    expect(request.HostConfig.PortBindings).toEqual({ '80/tcp': [binding] });
  });

  it('sends Docker a seccomp profile itself, and keeps in a label whence it is', () => {
    const profile = '{"defaultAction":"SCMP_ACT_ALLOW"}';
    const { request } = containerRequest(wanted({ seccomp: '/srv/p.json' }), {
      ...PLAIN,
      seccompProfile: profile,
    });
    expect(request.HostConfig.SecurityOpt).toContain(`seccomp=${profile}`);
    expect(request.Labels).toEqual({
      'dev.mcpform.stack': 'demo',
      'dev.mcpform.seccomp': `/srv/p.json@${digestOfProfile(profile)}`,
    });
    expect(() => containerRequest(wanted({ seccomp: '/srv/p.json' }), PLAIN)).toThrow(/is missing/);
  });

  it('tells Podman where the profile is, and keeps what it will not tell again', () => {
    const { request } = containerRequest(wanted({ ...everything, seccomp: '/srv/p.json' }), {
      ...PLAIN,
      kind: 'podman',
    });
    expect(request.HostConfig.SecurityOpt).toContain('seccomp=/srv/p.json');
    expect(JSON.parse(request.Labels?.['dev.mcpform.untold'] ?? '')).toEqual({
      addCapabilities: ['CHOWN', 'NET_BIND_SERVICE'],
      devices: ['/dev/null:/dev/thing:rw'],
      dropCapabilities: ['ALL'],
      options: { 'max-size': '1m' },
    });
  });
});

describe('an update', () => {
  it('holds all limits as wanted, and swap as it comes with memory', () => {
    const limits = { ...everything.limits, memorySwapBytes: null } as NonNullable<typeof everything.limits>;
    expect(resourceUpdate(wanted({ limits, restart: 'always' }))).toEqual({
      Memory: 64 << 20,
      MemorySwap: 128 << 20,
      MemoryReservation: 32 << 20,
      NanoCpus: 3e8,
      CpuShares: 512,
      PidsLimit: 50,
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
    });
  });

  it('leaves alone what has no limit', () => {
    expect(Object.keys(resourceUpdate(wanted()))).toEqual(['PidsLimit', 'RestartPolicy']);
  });
});

describe('requests for networks and volumes', () => {
  const network: NetworkAttributes = { driver: 'bridge', internal: true, ipv6: false, labels: { a: 'b' } };

  it('carry our labels beside their own', () => {
    expect(networkRequest('demo.tools', network, { 'dev.mcpform.stack': 'demo' })).toEqual({
      Name: 'demo.tools',
      Driver: 'bridge',
      Internal: true,
      EnableIPv6: false,
      Options: {},
      Labels: { a: 'b', 'dev.mcpform.stack': 'demo' },
    });
    expect(volumeRequest('demo.data', { driver: 'local', driverOptions: { o: 'x' } }, {})).toEqual({
      Name: 'demo.data',
      Driver: 'local',
      DriverOpts: { o: 'x' },
      Labels: {},
    });
  });
});
