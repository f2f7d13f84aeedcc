import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/engine/expansion.ts';
import { placeSecrets, wantsSecretFiles } from '../../src/engine/place-secrets.ts';
import { renderDesired } from '../../src/engine/render-desired.ts';
import { desire } from '../../src/graph/desire.ts';
import { engineName } from '../../src/model/address.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Template } from '../../src/model/manifest.ts';
import type { Observation, Provider } from '../../src/model/provider.ts';
import type { Desired } from '../../src/model/resource.ts';
import { claudeCode } from '../../src/providers/claude-code/index.ts';
import { docker } from '../../src/providers/docker/index.ts';
import { memorySystem } from '../../src/system/memory.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';
import { contextOn } from '../state/machine.ts';

const IMAGE = `ghcr.io/acme/mcp:1@sha256:${'3f'.repeat(32)}`;
const FOLDER = '/dev/shm/mcpform-1000/secrets/b/team-tools.a/c';
const ENV = { KEY_FILE: [{ secret: 'linear' }], MODE: 'x' };

const provider: Provider = {
  ...docker,
  identify: (desired: Desired) => {
    if (desired.kind === 'entry') throw new Error(desired.address);
    const file = engineName(desired.engine);
    const path = [desired.kind, desired.name];
    return { key: `${file}/${path.join('/')}`, file, path, isShared: false };
  },
};
const providers = new Map([
  ['docker', provider],
  ['claude-code', claudeCode],
]);

interface There {
  readonly sharesFolders?: boolean;
  readonly hasMemory?: boolean;
  /** Of the container. */
  readonly attributes?: JsonObject;
  readonly tree?: Readonly<Record<string, string>>;
}

async function place(env: Readonly<Record<string, Template>>, there: There = {}) {
  const { sharesFolders = true, hasMemory = true, attributes, tree = {} } = there;
  const declared = server('a', {
    ...{ runtime: { kind: 'image', image: IMAGE }, transport: 'http', args: [], engine: { port: 1 }, env },
    ...{ headers: { Authorization: 'x' } },
  });
  const { desired } = desire(stack([declared]), surroundings({ a: { kind: 'image', image: IMAGE } }));
  const resources = desired.map((each): Resource => {
    const { attributes: own } = renderDesired(each, providers.get(each.provider) as Provider);
    return { desired: each, attributes: own };
  });
  const objects =
    attributes === undefined ? [] : [['docker/container/team-tools.a', { attributes }] as const];
  const observation = {
    objects: new Map(objects),
    engines: new Map([['docker', { host: null, ports: new Map(), sharesFolders }]]),
  } as unknown as Observation;
  const mounts = hasMemory ? 'tmpfs /dev/shm tmpfs rw 0 0\n' : '';
  const { ctx } = contextOn(memorySystem({ tree: { '/proc/mounts': mounts, ...tree } }));
  const seen = { providers, observations: new Map([['docker', observation]]) };
  const placed = await placeSecrets(resources, seen, ctx);
  const container = placed.resources.find(({ desired: { kind } }) => kind === 'container') as Resource;
  return { ...placed, container, before: resources };
}

describe('secrets of a container that are to be files', () => {
  it('stay files where the engine finds our folders, and this machine has some in memory', async () => {
    const { resources, before, findings, lost } = await place(ENV);
    expect(resources).toEqual(before);
    expect(before.map(wantsSecretFiles)).toEqual([false, true, false]);
    expect(findings).toEqual([]);
    expect(lost.size).toBe(0);
  });

  it.each<[string, There, string]>([
    [
      'the engine is elsewhere',
      { sharesFolders: false },
      '"docker" does not share the memory of this machine',
    ],
    ['there is no memory', { hasMemory: false }, 'this machine has no folder in memory for them'],
  ])('go into variables where %s, which is said', async (_, there, why) => {
    const { container, findings } = await place(ENV, there);
    expect(container.attributes['env']).toEqual({ KEY: '${secret.linear}', MODE: 'x' });
    expect(container.attributes).not.toHaveProperty('volumes');
    expect(container.desired.fills).toEqual([
      { kind: 'text', pointer: '/env/KEY', template: [{ secret: 'linear' }] },
    ]);
    expect(container.desired.secrets).toMatchObject([{ pointer: '/env/KEY', via: 'environment' }]);
    expect(findings).toMatchObject([{ code: 'SECRET_EXPOSED', severity: 'warning' }]);
    expect(findings[0]?.message).toContain('the secret in "KEY" is shown by `docker inspect`');
    expect(findings[0]?.message).toContain(why);
  });

  it('go nowhere where the variable is taken', async () => {
    const { container } = await place({ ...ENV, KEY: 'y' }, { sharesFolders: false });
    expect(container.desired.blocked).toMatchObject({ code: 'GRAPH_SECRET_UNAVAILABLE' });
    expect(container.attributes).toEqual({});
  });

  it('are lost to a container that runs when their folder is gone', async () => {
    const attributes = (status: string) => ({
      status,
      volumes: { '/run/secrets': { bind: FOLDER, readOnly: true } },
    });
    const lostWith = async (there: There) => [...(await place(ENV, there)).lost];
    expect(await lostWith({ attributes: attributes('running') })).toEqual(['docker/container/a']);
    expect(await lostWith({ attributes: attributes('paused') })).toEqual(['docker/container/a']);
    expect(await lostWith({ attributes: attributes('exited') })).toEqual([]);
    const tree = { [`${FOLDER}/`]: '' };
    expect(await lostWith({ attributes: attributes('running'), tree })).toEqual([]);
    const elsewhere = { status: 'running', volumes: { '/run/secrets': { bind: '/srv/x', readOnly: true } } };
    expect(await lostWith({ attributes: elsewhere })).toEqual([]);
  });
});
