import { describe, expect, it } from 'vitest';
import type { DesiredObject } from '../../../../src/model/resource.ts';
import { render } from '../../../../src/providers/docker/render.ts';
import { desired as entry, USER } from '../../claude-code/world.ts';
import { common, container, everything } from './world.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('a rendered container', () => {
  it('says nothing of what is left to its image and its engine', () => {
    const { attributes, findings } = render(container('web', { image: `redis:7@${DIGEST}` }));
    expect(findings).toEqual([]);
    expect(attributes).toEqual({
      status: 'running',
      name: 'demo.web',
      image: `docker.io/library/redis@${DIGEST}`,
      security: {
        readOnly: false,
        dropCapabilities: ['ALL'],
        noNewPrivileges: true,
        privileged: false,
      },
      resources: { pids: 128 },
      networks: { default: { aliases: [] } },
      restart: 'no',
      init: true,
      stopTimeout: 10,
    });
  });

  it('says each thing in one way, whatever the order that it was written in', () => {
    const { attributes } = render(container('full', everything));
    expect(attributes).toMatchObject({
      platform: 'linux/amd64',
      workingDirectory: '/tmp',
      security: { groups: ['10', '2'], addCapabilities: ['CHOWN', 'NET_BIND_SERVICE'] },
      resources: { cpus: 0.3, memorySwap: 100_663_296, ulimits: { nofile: { soft: 100, hard: 200 } } },
      volumes: {
        '/data': { volume: 'demo.data', readOnly: false },
        '/mnt/etc': { bind: '/etc', readOnly: true },
      },
      tmpfs: { '/run': '', '/tmp': '' },
      networks: { 'demo.tools': { aliases: ['alias', 'full'] }, 'demo.other': { aliases: ['full'] } },
      dns: ['10.0.0.1', '1.1.1.1'],
      devices: ['/dev/null:/dev/thing:rw'],
      ports: { '3001/tcp': '127.0.0.1:23001' },
      healthcheck: { command: ['true'], interval: 1000, timeout: 1500, retries: 2, startPeriod: 0 },
    });
  });

  it.each([
    ['127.0.0.1', 'auto', '127.0.0.1:auto'],
    ['::1', 3001, '[::1]:3001'],
  ] as const)('is published on %s at %s', (address, port, expected) => {
    const service = { transport: 'http', port: 80, path: '/mcp', publish: { address, port } } as const;
    expect(render(container('web', { service })).attributes['ports']).toEqual({ '80/tcp': expected });
  });

  it('is published nowhere in the network of the host', () => {
    const networks = [{ network: 'host', isExternal: true, aliases: [] }];
    expect(render(container('web', { ...everything, networks })).attributes).not.toHaveProperty('ports');
  });

  it('leaves checks from outside to whoever makes them', () => {
    const times = { intervalMs: 1, timeoutMs: 1, retries: 1, startPeriodMs: 1 };
    for (const health of [{ kind: 'handshake' }, { kind: 'http', path: '/' }] as const) {
      expect(render(container('web', { health: { ...health, ...times } })).attributes).not.toHaveProperty(
        'healthcheck',
      );
    }
  });

  it.each(['bridge', 'podman', 'default'])('is in the default network when it names "%s"', (network) => {
    const networks = [{ network, isExternal: true, aliases: [] }];
    expect(render(container('web', { networks })).attributes['networks']).toEqual({
      default: { aliases: [] },
    });
  });

  it('names the secrets in its variables, and has a folder for those that are files', () => {
    const env = { TOKEN: ['Bearer ', { secret: 'token' }], KEY_FILE: '/run/secrets/key' };
    const { attributes } = render(container('web', { env, secretFiles: ['cert', 'key'] }));
    expect(attributes['env']).toEqual({ TOKEN: 'Bearer ${secret.token}', KEY_FILE: '/run/secrets/key' });
    expect(attributes['volumes']).toEqual({
      '/run/secrets': { bind: '${secret.cert} ${secret.key}', readOnly: true },
    });
  });

  it('refuses what is only known when a program is started', () => {
    expect(() => render(container('web', { env: { TOKEN: [{ env: 'TOKEN' }] } }))).toThrow(
      /cannot be given to an engine/,
    );
    expect(() => render(container('web', { args: [{ secret: 'key' }].map((part) => [part]) }))).toThrow(
      /cannot be given/,
    );
    expect(() => render(container('web', { args: [['--key=', { env: 'KEY' }]] }))).toThrow(/cannot be given/);
    expect(() => render(container('web', { image: 'redis:7' }))).toThrow('image "redis:7" has no digest');
    expect(() => render(entry('web', USER))).toThrow(/nothing on an engine/);
  });
});

describe('other objects', () => {
  const network: DesiredObject = {
    ...common('docker/network/tools'),
    kind: 'network',
    name: 'demo.tools',
    network: { driver: 'bridge', driverOptions: {}, isInternal: true, hasIpv6: false, labels: { a: 'b' } },
  };

  it('are rendered in the manifest’s words', () => {
    expect(render(network).attributes).toEqual({
      driver: 'bridge',
      internal: true,
      ipv6: false,
      labels: { a: 'b' },
    });
    const volume = { driver: 'local', driverOptions: { type: 'tmpfs' }, labels: {} };
    expect(
      render({ ...common('docker/volume/data'), kind: 'volume', name: 'demo.data', volume }).attributes,
    ).toEqual({ driver: 'local', driverOptions: { type: 'tmpfs' } });
  });

  it.each([
    [`Registry.Example:5000/acme/x:1@${DIGEST}`, `registry.example:5000/acme/x@${DIGEST}`],
    [`redis@${DIGEST}`, `docker.io/library/redis@${DIGEST}`],
    [`docker.io/acme/x@${DIGEST}`, `docker.io/acme/x@${DIGEST}`],
    [DIGEST, DIGEST],
  ])('an image is called one thing: %s', (image, expected) => {
    const object = { ...common('docker/image/x'), kind: 'image' as const, name: image, image };
    expect(render({ ...object, platform: 'linux/arm64/v8' }).attributes).toEqual({
      image: expected,
      platform: 'linux/arm64',
    });
  });
});
