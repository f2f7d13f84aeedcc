import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/engine/expansion.ts';
import { placeServices, wantsPort } from '../../src/engine/place-services.ts';
import { renderDesired } from '../../src/engine/render-desired.ts';
import { desire } from '../../src/graph/desire.ts';
import { launchId } from '../../src/graph/launch-id.ts';
import { engineName } from '../../src/model/address.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { AnyLaunchRecord } from '../../src/model/launch.ts';
import type { Pin } from '../../src/model/lock.ts';
import type { Server } from '../../src/model/manifest.ts';
import type { EngineFacts, Observation, Provider } from '../../src/model/provider.ts';
import type { Desired, Observed, Place } from '../../src/model/resource.ts';
import { claudeCode } from '../../src/providers/claude-code/index.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';

const IMAGE = `ghcr.io/acme/mcp:1@sha256:${'3f'.repeat(32)}`;
const pin: Pin = { kind: 'image', image: IMAGE };

const http = (name: string, engine: JsonObject = {}, more: Partial<Server> = {}): Server =>
  server(name, {
    runtime: { kind: 'image', image: IMAGE },
    transport: 'http',
    args: [],
    engine: { port: 3001, ...engine },
    ...more,
  });

const placeOf = (desired: Desired): Place => {
  if (desired.kind === 'entry') throw new Error(desired.address);
  const file = engineName(desired.engine);
  const path = [desired.kind, desired.name];
  return { key: `${file}:id/${path.join('/')}`, file, path, isShared: false };
};

/** Says the port of a container and the name of everything else. */
const docker = {
  render: (desired: Desired) => ({
    attributes:
      desired.kind === 'container'
        ? { ports: { '3001/tcp': `127.0.0.1:${desired.container.service?.publish.port}` } }
        : { name: desired.address },
    findings: [],
  }),
  identify: placeOf,
} as unknown as Provider;

const providers = new Map([
  ['docker', docker],
  ['claude-code', claudeCode],
]);

interface Engines {
  /** Facts by engine; absent: it did not answer. */
  readonly engines?: Readonly<Record<string, Partial<EngineFacts>>>;
  /** Published ports by name of a container that is there, on the ambient engine. */
  readonly there?: Readonly<Record<string, JsonObject>>;
  /** Ports that programs of this machine have. */
  readonly listening?: readonly number[];
}

function place(
  servers: readonly Server[],
  { engines = { docker: {} }, there = {}, listening = [] }: Engines = {},
) {
  const pins = Object.fromEntries(servers.map(({ name }) => [name, pin]));
  const { desired } = desire(stack(servers), surroundings(pins));
  const resources = desired.map((each): Resource => {
    const provider = providers.get(each.provider) as Provider;
    return { desired: each, attributes: renderDesired(each, provider).attributes };
  });
  const objects = Object.entries(there).map(([name, ports]): readonly [string, Observed] => {
    const key = `docker:id/container/${name}`;
    const at = { key, file: 'docker', path: ['container', name], isShared: false };
    return [key, { place: at, attributes: { ports }, unknown: [] }];
  });
  const facts = Object.entries(engines).map(
    ([name, more]) => [name, { host: null, ports: new Map(), ...more }] as const,
  );
  const observation = { objects: new Map(objects), engines: new Map(facts) } as unknown as Observation;
  const seen = {
    providers,
    observations: new Map([['docker', observation]]),
    launcher: surroundings().launcher,
    platform: 'linux' as const,
  };
  const after = placeServices(resources, { ...seen, listening: new Set(listening) });
  return { before: resources, after, isWanted: wantsPort(resources, seen) };
}

const at = (resources: readonly Resource[], address: string): Resource =>
  resources.find(({ desired }) => desired.address === address) as Resource;
const portOf = (resources: readonly Resource[], name: string): number => {
  const { ports } = at(resources, `docker/container/${name}`).attributes as { ports: Record<string, string> };
  return Number(ports['3001/tcp']?.split(':')[1]);
};
const urlOf = (resources: readonly Resource[], name: string) =>
  at(resources, `claude-code/user/${name}`).attributes['url'];

describe('the port of a service', () => {
  it('is the one of the plan where nothing else is known: nothing is made anew', () => {
    const { before, after } = place([http('a'), http('b'), server('c')]);
    expect(after).toEqual(before);
    expect(after[0]).toBe(before[0]);
  });

  it('stays the one that our container has, whatever chose it, and the entry leads there', () => {
    const { before, after } = place([http('a')], {
      there: { 'team-tools.a': { '3001/tcp': '127.0.0.1:31999' } },
    });
    expect(portOf(before, 'a')).not.toBe(31_999);
    expect(portOf(after, 'a')).toBe(31_999);
    expect(urlOf(after, 'a')).toBe('http://127.0.0.1:31999/mcp');
    expect(at(after, 'docker/container/a').desired.launchDigest).toBe(
      at(before, 'docker/container/a').desired.launchDigest,
    );
  });

  it('is the one that the headers of its entry are for, when another launch prints them', () => {
    const headers = { Authorization: ['Bearer ', { secret: 'linear' }] } as const;
    const { before, after } = place([http('a', {}, { headers })], {
      there: { 'team-tools.a': { '3001/tcp': '127.0.0.1:31999' } },
    });
    const { launch } = at(after, 'claude-code/user/a').desired;
    expect(launch).toMatchObject({ url: 'http://127.0.0.1:31999/mcp', headers });
    const helper = at(after, 'claude-code/user/a').attributes['headersHelper'];
    expect(helper).toBe(`/usr/bin/node /opt/mcpform/mcpform.cjs exec ${launchId(launch as AnyLaunchRecord)}`);
    expect(at(before, 'claude-code/user/a').attributes['headersHelper']).not.toBe(helper);
  });

  it('stays when the server listens on another port of its container', () => {
    const there = { 'team-tools.a': { '80/tcp': '[::1]:31999' } };
    expect(portOf(place([http('a')], { there }).after, 'a')).toBe(31_999);
  });

  it.each([
    ['says nothing of ports', {}],
    ['leaves its port to the engine', { '3001/tcp': '127.0.0.1:auto' }],
  ])('is the one of the plan when our container %s', (_, ports) => {
    const { before, after } = place([http('a')], { there: { 'team-tools.a': ports } });
    expect(after).toEqual(before);
  });

  it('is none that the container of somebody else has', () => {
    const planned = portOf(place([http('a')]).before, 'a');
    const ports = new Map([[planned, 'postgres']]);
    const { after } = place([http('a')], { engines: { docker: { ports } } });
    expect(portOf(after, 'a')).toBe(planned + 1);
    expect(urlOf(after, 'a')).toBe(`http://127.0.0.1:${planned + 1}/mcp`);
    const aside = new Map([[planned, 'team-tools.a.op1.old']]);
    expect(portOf(place([http('a')], { engines: { docker: { ports: aside } } }).after, 'a')).toBe(planned);
  });

  it('is none that a program has, unless our container is that program', () => {
    const planned = portOf(place([http('a')]).before, 'a');
    const listening = [planned, planned + 1];
    expect(portOf(place([http('a')], { listening }).after, 'a')).toBe(planned + 2);
    const there = { 'team-tools.a': { '3001/tcp': `127.0.0.1:${planned}` } };
    expect(portOf(place([http('a')], { listening, there }).after, 'a')).toBe(planned);
  });

  it('is looked for among those of this machine only when there is one to choose', () => {
    const there = { 'team-tools.a': { '3001/tcp': '127.0.0.1:31999' } };
    const lab = { 'docker@lab': { host: 'lab.example.com' } };
    expect(place([http('a')]).isWanted).toBe(true);
    expect(place([http('a')], { there }).isWanted).toBe(false);
    expect(place([http('a', { publish: 4000 })]).isWanted).toBe(false);
    expect(place([http('a', { engine: 'lab' })], { engines: lab }).isWanted).toBe(false);
  });

  it('is the one that is written, whatever is there', () => {
    const engines = { docker: { ports: new Map([[4000, 'postgres']]) } };
    const there = { 'team-tools.a': { '3001/tcp': '127.0.0.1:31999' } };
    const { after } = place([http('a', { publish: 4000 })], { engines, there });
    expect(portOf(after, 'a')).toBe(4000);
    expect(urlOf(after, 'a')).toBe('http://127.0.0.1:4000/mcp');
  });

  it('makes way when another server is to have it', () => {
    const there = { 'team-tools.a': { '3001/tcp': '127.0.0.1:4000' } };
    const { before, after } = place([http('a'), http('b', { publish: 4000 })], { there });
    expect(portOf(after, 'a')).toBe(portOf(before, 'a'));
    expect(portOf(after, 'b')).toBe(4000);
  });

  it('is left alone where the engine does not answer', () => {
    const there = { 'team-tools.a': { '3001/tcp': '127.0.0.1:31999' } };
    const { before, after } = place([http('a')], { engines: {}, there });
    expect(after).toEqual(before);
  });
});

describe('a service on another machine', () => {
  const lab = { 'docker@lab': { host: 'lab.example.com' } };
  const declared = (publish?: string) =>
    http('a', { engine: 'lab', ...(publish === undefined ? {} : { publish }) });
  const blockedIn = (resources: readonly Resource[]) =>
    resources.flatMap(({ desired }) => desired.blocked ?? []);

  it.each([
    ['0.0.0.0:4000', 'http://lab.example.com:4000/mcp'],
    ['[::]:4000', 'http://lab.example.com:4000/mcp'],
    ['10.0.0.7:4000', 'http://10.0.0.7:4000/mcp'],
  ])('published on %s is reached at %s', (publish, url) => {
    const { after } = place([declared(publish)], { engines: lab });
    expect(urlOf(after, 'a')).toBe(url);
    expect(blockedIn(after)).toEqual([]);
  });

  it.each([undefined, '127.0.0.1:4000', '[::1]:4000'])(
    'published on its own loopback (%s) is blocked once, with what to write',
    (publish) => {
      const { after } = place([declared(publish)], { engines: lab });
      expect(blockedIn(after)).toMatchObject([
        {
          code: 'ENGINE_UNREACHABLE_PORT',
          severity: 'error',
          address: 'docker@lab/container/a',
          message: expect.stringContaining('"lab.example.com"'),
          hint: expect.stringMatching(/`publish: 0\.0\.0\.0:\d+`/),
          at: { pointer: '/servers/a' },
        },
      ]);
    },
  );

  it('may be published there when no client of ours wants it', () => {
    const { after } = place([http('a', { engine: 'lab' }, { targets: [] })], { engines: lab });
    expect(blockedIn(after)).toEqual([]);
  });

  it('keeps the reason for which it was blocked already', () => {
    const claiming = http('a', { engine: 'lab', labels: { 'dev.mcpform.stack': 'x' } });
    const { after } = place([claiming], { engines: lab });
    expect(blockedIn(after).map(({ code }) => code)).toEqual(['GRAPH_CONTAINER_INVALID']);
  });

  it('shares its ports with other engines of that machine, and with none elsewhere', () => {
    const planned = portOf(place([http('a')]).before, 'a');
    const written = http('b', { engine: 'lab', publish: `0.0.0.0:${planned}` });
    const at = (host: string | null, ports = new Map<number, string>()) =>
      portOf(
        place([http('a'), written], { engines: { docker: {}, 'docker@lab': { host, ports } } }).after,
        'a',
      );
    expect(at(null)).toBe(planned + 1);
    expect(at('lab')).toBe(planned);
    expect(at(null, new Map([[planned + 1, 'postgres']]))).toBe(planned + 2);
    expect(at('lab', new Map([[planned, 'postgres']]))).toBe(planned);
  });

  it('keeps nothing from the others while its engine does not answer', () => {
    const there = { 'team-tools.a': { '3001/tcp': '127.0.0.1:31999' } };
    const far = http('b', { engine: 'lab', publish: 31_999 });
    expect(portOf(place([http('a'), far], { there }).after, 'a')).toBe(31_999);
  });

  it('leaves the port to its container on the engine that it moves away from', () => {
    const planned = portOf(place([http('a')]).before, 'a');
    const engines = { docker: { ports: new Map([[planned, 'team-tools.a']]) }, 'docker@lab': {} };
    const { after } = place([http('a', { engine: 'lab' })], { engines });
    expect(urlOf(after, 'a')).toBe(`http://127.0.0.1:${planned + 1}/mcp`);
  });

  it('has ports of its own', () => {
    const planned = portOf(place([http('a')]).before, 'a');
    const engines = { docker: {}, 'docker@lab': { host: 'lab', ports: new Map([[planned, 'postgres']]) } };
    const { before, after } = place([http('a')], { engines });
    expect(after).toEqual(before);
  });
});
