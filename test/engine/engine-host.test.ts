import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { engineHosts } from '../../src/engine/engine-host.ts';
import { desire } from '../../src/graph/desire.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Desired } from '../../src/model/resource.ts';
import { type MemoryOptions, memorySystem } from '../../src/system/memory.ts';
import { server, stack } from '../graph/stack.ts';
import { surroundings } from '../graph/surroundings.ts';
import { contextOn, home } from '../state/machine.ts';

const volumes = { whole: { driverOptions: { type: 'none', o: 'bind', device: '/srv/whole' } } };

function entryWith(mounts: readonly string[], engine: JsonObject = {}): Desired {
  const image = `mcp:1@sha256:${'3f'.repeat(32)}`;
  const declared = server('a', { runtime: { kind: 'image', image }, engine: { volumes: mounts, ...engine } });
  const { desired } = desire(stack([declared], { volumes }), surroundings());
  return desired.find(({ kind }) => kind === 'entry') as Desired;
}

type Tree = NonNullable<MemoryOptions['tree']>;

const places: Tree = {
  '/srv/docs/': '',
  '/srv/link': { link: '/srv/docs' },
  '/srv/loop': { link: '/srv/loop' },
  '/srv/whole/': '',
};

async function askAll(
  desired: readonly Desired[],
  tree: Tree = {},
  env: Readonly<Record<string, string>> = {},
) {
  const { ctx } = contextOn(memorySystem({ tree: { ...places, ...tree } }));
  const hosts = await engineHosts(desired, { ...ctx, env });
  return Object.fromEntries(
    [...hosts].map(([name, { realPaths, sockets, homes }]) => [
      name,
      { realPaths: Object.fromEntries(realPaths), sockets, homes },
    ]),
  );
}

async function ask(desired: Desired, tree: Tree = {}, env: Readonly<Record<string, string>> = {}) {
  return (await askAll([desired], tree, env))['docker'];
}

const LOCAL = { '/srv/docs': '/srv/docs' };
const UNKNOWN = { '/srv/docs': null };
const meta = (name: string) => `${home}/.docker/contexts/meta/${hash('sha256', name)}/meta.json`;
const endpoint = (Host: string) => JSON.stringify({ Name: 'x', Endpoints: { docker: { Host } } });
const chosen = (currentContext: string) => ({
  [`${home}/.docker/config.json`]: JSON.stringify({ currentContext }),
});

describe('what is known of the engine’s machine', () => {
  it('is where each folder really is, those behind volumes too', async () => {
    const spec = entryWith(['/srv/link:/a', '/srv/docs:/b', '/srv/none:/c', '/srv/loop:/d', 'whole:/e']);
    expect(await ask(spec)).toEqual({
      homes: [home],
      sockets: ['/var/run/docker.sock'],
      realPaths: {
        '/srv/link': '/srv/docs',
        '/srv/docs': '/srv/docs',
        '/srv/none': null,
        '/srv/loop': null,
        '/srv/whole': '/srv/whole',
      },
    });
  });

  it('is nothing when no container gets a folder', async () => {
    expect(await ask(entryWith([]))).toEqual({ homes: [home], sockets: [], realPaths: {} });
  });

  it.each<[string, Tree, Readonly<Record<string, string>>, object, readonly string[]]>([
    ['a socket in DOCKER_HOST', {}, { DOCKER_HOST: 'unix:///opt/d.sock' }, LOCAL, ['/opt/d.sock']],
    ['another machine in DOCKER_HOST', chosen('default'), { DOCKER_HOST: 'ssh://lab' }, UNKNOWN, []],
    ['the default context', chosen('default'), {}, LOCAL, ['/var/run/docker.sock']],
    [
      'a context with a socket',
      { ...chosen('rootless'), [meta('rootless')]: endpoint('unix:///run/user/1000/docker.sock') },
      {},
      LOCAL,
      ['/run/user/1000/docker.sock'],
    ],
    [
      'a context of another machine',
      { ...chosen('lab'), [meta('lab')]: endpoint('tcp://10.0.0.1:2376') },
      {},
      UNKNOWN,
      [],
    ],
    ['DOCKER_CONTEXT', { [meta('lab')]: endpoint('ssh://lab') }, { DOCKER_CONTEXT: 'lab' }, UNKNOWN, []],
    ['a context that is not there', chosen('gone'), {}, UNKNOWN, []],
    ['a context nobody understands', { ...chosen('odd'), [meta('odd')]: '{}' }, {}, UNKNOWN, []],
    ['a configuration nobody understands', { [`${home}/.docker/config.json`]: '{' }, {}, UNKNOWN, []],
    [
      'a configuration somewhere else',
      { '/etc/d/config.json': '{"currentContext":"lab"}' },
      { DOCKER_CONFIG: '/etc/d' },
      UNKNOWN,
      [],
    ],
  ])('follows %s', async (_, tree, env, realPaths, sockets) => {
    expect(await ask(entryWith(['/srv/docs:/d']), tree, env)).toEqual({ homes: [home], sockets, realPaths });
  });

  it('is asked of each engine for itself: another machine tells nothing of its folders', async () => {
    const near = { [meta('near')]: endpoint('unix:///opt/near.sock') };
    const far = { [meta('far')]: endpoint('ssh://far') };
    const desired = [
      entryWith(['/srv/docs:/d']),
      entryWith(['/srv/link:/d'], { engine: 'near' }),
      entryWith(['/srv/docs:/d'], { engine: 'far' }),
      entryWith(['/srv/docs:/d'], { engine: 'gone' }),
    ];
    expect(await askAll(desired, { ...near, ...far })).toEqual({
      docker: { homes: [home], sockets: ['/var/run/docker.sock'], realPaths: LOCAL },
      'docker@near': { homes: [home], sockets: ['/opt/near.sock'], realPaths: { '/srv/link': '/srv/docs' } },
      'docker@far': { homes: [home], sockets: [], realPaths: UNKNOWN },
      'docker@gone': { homes: [home], sockets: [], realPaths: UNKNOWN },
    });
  });

  it('is asked for volumes that no server uses', async () => {
    const { desired } = desire(stack([], { volumes }), surroundings());
    expect((await askAll(desired))['docker']?.realPaths).toEqual({ '/srv/whole': '/srv/whole' });
  });
});
