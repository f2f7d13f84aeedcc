import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import type { Desired } from '../../src/model/resource.ts';
import { server, stack } from './stack.ts';
import { surroundings } from './surroundings.ts';

const image = (name: string, engine: JsonObject, more: Partial<Server> = {}): Server =>
  server(name, {
    runtime: { kind: 'image', image: `mcp:1@sha256:${'3f'.repeat(32)}` },
    args: [],
    engine,
    ...more,
  });
const graphOf = (servers: readonly Server[], more: Partial<Manifest>) =>
  desire(stack(servers, more), surroundings());
const objects = (desired: readonly Desired[]) =>
  desired.filter(({ kind }) => kind !== 'entry').map(({ address }) => address);

describe('networks', () => {
  const networks = { n: {} };

  it('are there on every engine that somebody uses them on, over stdio too', () => {
    const servers = [image('a', { networks: ['n'] }), image('b', { engine: 'lab', networks: { n: null } })];
    const { desired } = graphOf(servers, { networks });
    expect(objects(desired)).toEqual(['docker/network/n', 'docker@lab/network/n']);
    const entries = desired.filter(({ kind }) => kind === 'entry');
    expect(entries.map(({ dependsOn, blocked }) => [dependsOn, blocked])).toEqual([
      [['docker/network/n'], undefined],
      [['docker@lab/network/n'], undefined],
    ]);
  });

  it('are not there for nobody, nor for who is switched off', () => {
    expect(objects(graphOf([server('a')], { networks }).desired)).toEqual([]);
    const off = graphOf([image('a', { networks: ['n'] }, { enabled: false })], { networks });
    expect(objects(off.desired)).toEqual([]);
    expect(off.disabled).toEqual(['docker/network/n', 'claude-code/user/a']);
    const shared = [image('a', { networks: ['n'] }, { enabled: false }), image('b', { networks: ['n'] })];
    const half = graphOf(shared, { networks });
    expect(objects(half.desired)).toEqual(['docker/network/n']);
    expect(half.disabled).toEqual(['claude-code/user/a']);
  });

  it('are pointed out once when they ask for more than a network', () => {
    const networks = {
      n: {},
      m: { driver: 'macvlan', driverOptions: { parent: 'eth0' } },
      free: { driver: 'x' },
    };
    const servers = [image('a', { networks: ['n', 'm'] }), image('b', { networks: ['m'] })];
    const { findings } = graphOf(servers, { networks });
    expect(findings.filter(({ code }) => code === 'GRAPH_CONTAINER_PRIVILEGES')).toMatchObject([
      {
        severity: 'warning',
        address: 'docker/network/m',
        at: { pointer: '/networks/m' },
        message: expect.stringContaining('network "team-tools.m" asks for driver "macvlan", option "parent"'),
      },
    ]);
  });

  it('have defaults, unless something else is written', () => {
    const written = {
      driver: 'macvlan',
      driverOptions: { parent: 'eth0' },
      internal: true,
      ipv6: true,
      labels: { a: 'b' },
      protect: true,
    };
    const { desired } = graphOf([image('a', { networks: ['n', 'm'] })], { networks: { n: {}, m: written } });
    expect(desired).toMatchObject([
      {
        provider: 'docker',
        engine: null,
        name: 'team-tools.n',
        network: { driver: 'bridge', driverOptions: {}, isInternal: false, hasIpv6: false, labels: {} },
        dependsOn: [],
        secrets: [],
        lifecycle: { protect: false },
        at: { file: '/repo/mcp.yaml', pointer: '/networks/n', part: 'key' },
      },
      {
        name: 'team-tools.m',
        network: {
          driver: 'macvlan',
          driverOptions: { parent: 'eth0' },
          isInternal: true,
          hasIpv6: true,
          labels: { a: 'b' },
        },
        lifecycle: { protect: true },
      },
      {},
    ]);
    expect(desired[0]?.lifecycle.onRemove).toBeUndefined();
    expect(desired[0]).not.toHaveProperty('server');
  });
});

describe('volumes', () => {
  it('are there for whoever uses them, switched on or off, and from their declaration on', () => {
    const volumes = { used: {}, far: {}, off: {}, free: {}, theirs: { external: true } };
    const servers = [
      image('a', { volumes: ['used:/a', 'theirs:/b'] }),
      image('b', { volumes: [{ volume: 'far', target: '/a' }], engine: 'lab' }),
      image('c', { volumes: ['off:/a', 'used:/b'], engine: 'lab' }, { enabled: false }),
    ];
    expect(objects(graphOf(servers, { volumes }).desired)).toEqual([
      'docker/volume/used',
      'docker@lab/volume/used',
      'docker@lab/volume/far',
      'docker@lab/volume/off',
      'docker/volume/free',
    ]);
  });

  it('are waited for by servers over stdio', () => {
    const { desired } = graphOf([image('a', { volumes: ['v:/a'] })], { volumes: { v: {} } });
    expect(desired.at(-1)?.dependsOn).toEqual(['docker/volume/v']);
  });

  it.each([
    [{}, true, 'orphan'],
    [{ protect: true }, true, undefined],
    [{ protect: false }, false, undefined],
  ])('with %j are protected: %j, and when they leave the manifest: %j', (written, protect, onRemove) => {
    const [volume] = graphOf([], { volumes: { v: written } }).desired;
    expect(volume?.lifecycle.protect).toBe(protect);
    expect(volume?.lifecycle.onRemove).toBe(onRemove);
  });

  it('have defaults, unless something else is written', () => {
    const written = { driver: 'rclone', driverOptions: { type: 'sftp' }, labels: { a: 'b' } };
    expect(graphOf([], { volumes: { v: {}, w: written } }).desired).toMatchObject([
      {
        kind: 'volume',
        name: 'team-tools.v',
        volume: { driver: 'local', driverOptions: {}, labels: {} },
        at: { pointer: '/volumes/v' },
      },
      { volume: written },
    ]);
  });
});

describe('what no engine shall be asked for', () => {
  it.each<[string, JsonObject, string]>([
    ['a label that is ours', { labels: { 'dev.mcpform.stack': 'x' } }, 'is one that mcpform writes itself'],
    ['a label that is another', { labels: { 'a=b': 'x' } }, 'is no name of a label'],
    ['a driver that is no name', { driver: '../plugin' }, 'is no name of a driver'],
    ['an option that is another', { driverOptions: { 'o=x': 'y' } }, 'is no name of an option'],
  ])('%s blocks the network or volume alone', (_, written, message) => {
    const servers = [image('a', { networks: ['n'] }), server('b')];
    const { desired } = graphOf(servers, { networks: { n: written }, volumes: { v: written } });
    expect(desired.map(({ address, blocked }) => [address, blocked?.code])).toEqual([
      ['docker/network/n', 'GRAPH_CONTAINER_INVALID'],
      ['docker/volume/v', 'GRAPH_CONTAINER_INVALID'],
      ['claude-code/user/a', undefined],
      ['claude-code/user/b', undefined],
    ]);
    expect(desired[0]?.blocked?.message).toContain(message);
    expect(desired[0]?.blocked?.message).toMatch(/^network "n": /);
    expect(desired[1]?.blocked?.at?.pointer).toBe('/volumes/v');
  });
});
