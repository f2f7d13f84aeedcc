import { describe, expect, it } from 'vitest';
import { desire } from '../../src/graph/desire.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Pin } from '../../src/model/lock.ts';
import type { Manifest, Server } from '../../src/model/manifest.ts';
import type { Desired, DesiredEntry, DesiredObject } from '../../src/model/resource.ts';
import { server, stack } from './stack.ts';
import { surroundings } from './surroundings.ts';

const DIGEST = `sha256:${'3f1c'.repeat(16)}`;
const NAME = 'ghcr.io/acme/mcp';
const IMAGE = `${NAME}:1.2@${DIGEST}`;
const pin: Pin = { kind: 'image', image: IMAGE };
const project = { client: 'claude-code', scope: 'project', folder: '/repo' } as const;
const user = { client: 'claude-code', scope: 'user' } as const;

const http = (name: string, engine: JsonObject = {}, more: Partial<Server> = {}): Server =>
  server(name, {
    runtime: { kind: 'image', image: IMAGE },
    transport: 'http',
    args: [],
    engine: { port: 3001, ...engine },
    ...more,
  });

const graphOf = (servers: readonly Server[], more: Partial<Manifest> = {}) =>
  desire(stack(servers, more), surroundings(Object.fromEntries(servers.map(({ name }) => [name, pin]))));
const addresses = (desired: readonly Desired[]) => desired.map(({ address }) => address);
const at = (desired: readonly Desired[], address: string): Desired =>
  desired.find((each) => each.address === address) as Desired;
const containerAt = (desired: readonly Desired[], address: string) =>
  at(desired, address) as Extract<DesiredObject, { kind: 'container' }>;
const urlAt = (desired: readonly Desired[], address: string) =>
  (at(desired, address) as DesiredEntry).spec.url;

describe('an image that is reached by URL', () => {
  it('comes to an image, a container, and an entry per target that waits for the container', () => {
    const { desired, disabled, findings } = graphOf([http('a', {}, { targets: [user, project] })]);
    expect(findings).toEqual([]);
    expect(disabled).toEqual([]);
    expect(desired.map(({ address, dependsOn }) => [address, dependsOn])).toEqual([
      [`docker/image/${NAME}@3f1c3f1c3f1c`, []],
      ['docker/container/a', [`docker/image/${NAME}@3f1c3f1c3f1c`]],
      ['claude-code/user/a', ['docker/container/a']],
      ['claude-code/project/a', ['docker/container/a']],
    ]);
  });

  it('has an image that is its content alone, and leaves the books without being removed', () => {
    expect(graphOf([http('a', { platform: 'linux/arm64' })]).desired[0]).toMatchObject({
      provider: 'docker',
      kind: 'image',
      engine: null,
      name: `${NAME}@${DIGEST}`,
      image: `${NAME}@${DIGEST}`,
      platform: 'linux/arm64',
      secrets: [],
      lifecycle: { protect: false, onRemove: 'orphan' },
    });
  });

  it('has a container named after stack and server, with the pin and all that its server says', () => {
    const lifecycle = { protect: true, keep: ['/env/X'], ignoreChanges: ['/resources/memory'], adopt: true };
    const declared = http(
      'a',
      { resources: { memory: '256Mi' } },
      { args: ['--http'], env: { A: 'b' }, lifecycle },
    );
    expect(graphOf([declared]).desired[1]).toMatchObject({
      provider: 'docker',
      kind: 'container',
      engine: null,
      server: 'a',
      name: 'team-tools.a',
      runtime: { kind: 'image', image: IMAGE },
      pin: { name: `${NAME}:1.2`, digest: DIGEST },
      secrets: [],
      container: {
        image: IMAGE,
        args: ['--http'],
        env: { A: 'b' },
        limits: { memoryBytes: 268435456 },
        restart: 'unless-stopped',
        service: { transport: 'http', port: 3001, path: '/mcp' },
      },
      // What is kept is kept in a client's file.
      lifecycle: { ...lifecycle, keep: [] },
      at: { file: '/repo/mcp.yaml', pointer: '/servers/a', part: 'key' },
    });
  });

  it('has an entry with its URL, and nothing of what the container gets', () => {
    const headers = { Authorization: ['Bearer ', { secret: 'github-token' }] } as const;
    const declared = http('a', { publish: 4000, path: '/x' }, { args: ['--http'], env: { A: 'b' }, headers });
    expect(graphOf([declared]).desired[2]).toMatchObject({
      kind: 'entry',
      spec: {
        transport: 'http',
        url: 'http://127.0.0.1:4000/x',
        args: [],
        env: {},
        headers: { Authorization: ['Bearer ', { env: 'GITHUB_TOKEN' }] },
      },
      secrets: [{ name: 'github-token', locator: 'env:GITHUB_TOKEN', pointer: '/headers/Authorization' }],
    });
    expect(graphOf([declared]).desired[2]).not.toHaveProperty('container');
  });

  it('shares its image with others of the same content, whatever they call it', () => {
    const other = http('b', {}, { runtime: { kind: 'image', image: `${NAME}:latest@${DIGEST}` } });
    const { desired } = graphOf([http('a'), other, http('c', { engine: 'lab' })]);
    expect(addresses(desired).filter((address) => address.includes('/image/'))).toEqual([
      `docker/image/${NAME}@3f1c3f1c3f1c`,
      `docker@lab/image/${NAME}@3f1c3f1c3f1c`,
    ]);
    expect(at(desired, 'docker/container/b').dependsOn).toEqual([`docker/image/${NAME}@3f1c3f1c3f1c`]);
  });

  it('cannot have the image of another server for another platform', () => {
    const { desired } = graphOf([
      http('a'),
      http('b', { platform: 'linux/arm64' }),
      http('c', { engine: 'lab', platform: 'linux/arm64' }),
    ]);
    expect(desired.flatMap(({ blocked }) => blocked ?? [])).toMatchObject([
      {
        code: 'GRAPH_CONTAINER_INVALID',
        address: 'docker/container/b',
        message: expect.stringContaining('server "a" uses it for the engine\'s own'),
      },
    ]);
  });

  it('runs on the engine of a Docker context when it names one', () => {
    const more = { networks: { n: {} }, volumes: { v: {} } };
    const declared = http('a', { engine: 'lab', networks: ['n'], volumes: ['v:/v'] });
    expect(addresses(graphOf([declared], more).desired)).toEqual([
      'docker@lab/network/n',
      'docker@lab/volume/v',
      `docker@lab/image/${NAME}@3f1c3f1c3f1c`,
      'docker@lab/container/a',
      'claude-code/user/a',
    ]);
  });

  it('waits for its networks and volumes, but not for those of others', () => {
    const more = {
      networks: { own: {}, theirs: { external: true } },
      volumes: { own: {}, theirs: { external: true } },
    };
    const declared = http('a', { networks: ['own', 'theirs'], volumes: ['own:/a', 'theirs:/b', '/srv:/c'] });
    const { desired } = graphOf([declared], more);
    expect(at(desired, 'docker/container/a').dependsOn).toEqual([
      `docker/image/${NAME}@3f1c3f1c3f1c`,
      'docker/network/own',
      'docker/volume/own',
    ]);
    expect(addresses(desired).filter((address) => address.includes('theirs'))).toEqual([]);
  });

  it('is waited for with its container by the servers that depend on it', () => {
    const { desired } = graphOf([
      http('a'),
      http('b', {}, { dependsOn: ['a'] }),
      server('c', { dependsOn: ['b'] }),
    ]);
    expect(at(desired, 'docker/container/b').dependsOn).toEqual([
      'claude-code/user/a',
      'docker/container/a',
      `docker/image/${NAME}@3f1c3f1c3f1c`,
    ]);
    expect(at(desired, 'claude-code/user/b').dependsOn).toEqual([
      'claude-code/user/a',
      'docker/container/a',
      'docker/container/b',
    ]);
    expect(at(desired, 'claude-code/user/c').dependsOn).toEqual(['claude-code/user/b', 'docker/container/b']);
  });

  it('leaves as a whole when it is switched off, but for its image', () => {
    const { desired, disabled } = graphOf([http('a', { engine: 'lab' }, { enabled: false })]);
    expect(desired).toEqual([]);
    expect(disabled).toEqual(['docker@lab/container/a', 'claude-code/user/a']);
  });

  it('needs no client', () => {
    expect(addresses(graphOf([http('a', {}, { targets: [] })]).desired)).toEqual([
      `docker/image/${NAME}@3f1c3f1c3f1c`,
      'docker/container/a',
    ]);
  });

  it('says once what is risky about its container, however many clients have it', () => {
    const declared = http(
      'a',
      { publish: '0.0.0.0:80', security: { addCapabilities: ['NET_RAW'] } },
      { targets: [user, project] },
    );
    expect(graphOf([declared]).findings.map(({ code, address }) => [code, address])).toEqual([
      ['GRAPH_CONTAINER_PRIVILEGES', 'docker/container/a'],
      ['GRAPH_CONTAINER_PUBLISHED', 'docker/container/a'],
    ]);
  });
});

describe('an image that is reached by URL and cannot be had', () => {
  it.each<[string, Server, string, string]>([
    [
      'is not locked',
      http('a', {}, { runtime: { kind: 'image', image: 'mcp:1' } }),
      'GRAPH_UNLOCKED',
      'is not in the lock',
    ],
    [
      'claims a label of ours',
      http('a', { labels: { 'dev.mcpform.stack': 'other' } }),
      'GRAPH_CONTAINER_INVALID',
      'is one that mcpform writes itself',
    ],
  ])('%s: its container is blocked, and says so once', (_, declared, code, message) => {
    const pins = declared.runtime.kind === 'image' && declared.runtime.image === IMAGE ? { a: pin } : {};
    const { desired, findings } = desire(stack([declared, server('b')]), surroundings(pins));
    expect(findings).toEqual([]);
    expect(addresses(desired)).toEqual(['docker/container/a', 'claude-code/user/a', 'claude-code/user/b']);
    expect(desired.flatMap(({ blocked }) => blocked ?? [])).toMatchObject([
      { code, severity: 'error', address: 'docker/container/a', message: expect.stringContaining(message) },
    ]);
    expect(desired[1]?.dependsOn).toEqual(['docker/container/a']);
    expect(desired[0]?.secrets).toEqual([]);
  });
});

describe('an image that is reached by URL and gets secrets', () => {
  const env = { A: ['x', { secret: 'linear' }], B_FILE: [{ secret: 'github-token' }] } as const;

  it('has them in its container, for apply to fill in, and its entry has none of them', () => {
    const { desired } = graphOf([http('a', {}, { env })]);
    const container = containerAt(desired, 'docker/container/a');
    expect(container.blocked).toBeUndefined();
    expect(container.secrets).toMatchObject([
      { name: 'linear', pointer: '/env/A', via: 'environment' },
      { name: 'github-token', locator: 'env:GITHUB_TOKEN', pointer: '/env/B_FILE', via: 'file' },
    ]);
    expect(container.fills).toEqual([
      { kind: 'text', pointer: '/env/A', template: ['x', { secret: 'linear' }] },
      { kind: 'folder', pointer: '/volumes/~1run~1secrets/bind', secrets: ['github-token'] },
    ]);
    expect(at(desired, 'claude-code/user/a').secrets).toEqual([]);
    expect(at(desired, 'claude-code/user/a').launchDigest).toBe(container.launchDigest);
  });

  it('may have one that its client sends, through what prints its headers', () => {
    const headers = { Authorization: [{ secret: 'linear' }] } as const;
    const { desired } = graphOf([http('a', {}, { headers })]);
    expect(desired.map(({ address, blocked }) => [address, blocked?.code])).toEqual([
      [`docker/image/${NAME}@3f1c3f1c3f1c`, undefined],
      ['docker/container/a', undefined],
      ['claude-code/user/a', undefined],
    ]);
    const entry = at(desired, 'claude-code/user/a') as DesiredEntry;
    expect(entry.launch).toMatchObject({ server: 'a', url: entry.spec.url, headers });
    expect(entry.spec.headers).toEqual({});
  });
});

describe('the port of a service', () => {
  const portOf = (desired: readonly Desired[], name: string) =>
    containerAt(desired, `docker/container/${name}`).container.service?.publish;

  it('is known in the graph, the same every time, and in the URL', () => {
    const { desired } = graphOf([http('a')]);
    const publish = portOf(desired, 'a');
    expect(publish).toEqual({ address: '127.0.0.1', port: expect.any(Number), isChosen: true });
    expect(urlAt(desired, 'claude-code/user/a')).toBe(`http://127.0.0.1:${publish?.port}/mcp`);
    expect(portOf(graphOf([http('z'), http('a')]).desired, 'a')).toEqual(publish);
  });

  it('is the one that is written, and nobody else gets that', () => {
    const { port } = portOf(graphOf([http('a')]).desired, 'a') ?? {};
    const { desired } = graphOf([http('a'), http('b', { publish: port as number })]);
    expect(portOf(desired, 'b')).toEqual({ address: '127.0.0.1', port });
    expect(portOf(desired, 'a')?.port).toBe((port as number) + 1);
    // Where the other engine is nobody knows yet: perhaps on the same machine.
    const elsewhere = graphOf([http('a'), http('b', { publish: port as number, engine: 'lab' })]);
    expect(portOf(elsewhere.desired, 'a')?.port).toBe((port as number) + 1);
  });

  it.each([
    [4000, 4000, true],
    ['127.0.0.1:4000', '10.0.0.1:4000', false],
    ['127.0.0.1:4000', '0.0.0.0:4000', true],
    ['127.0.0.1:4000', '[::]:4000', false],
    ['[::1]:4000', '[::]:4000', true],
    [4000, 4001, false],
  ])('%j and %j in one stack: the second is blocked, %j', (one, other, isBlocked) => {
    const { desired } = graphOf([http('a', { publish: one }), http('b', { publish: other })]);
    expect(at(desired, 'docker/container/a').blocked).toBeUndefined();
    expect(at(desired, 'docker/container/b').blocked?.message).toBe(
      isBlocked ? 'server "b": port 4000 is that of server "a"' : undefined,
    );
  });
});
