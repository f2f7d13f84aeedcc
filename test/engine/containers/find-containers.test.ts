import { describe, expect, it } from 'vitest';
import { findContainers } from '../../../src/engine/containers/find-containers.ts';
import type { Whereabouts } from '../../../src/engine/containers/whereabouts.ts';
import { McpformError } from '../../../src/model/error.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { contextOn } from '../../state/machine.ts';
import { idOf, type Kept, recordingEngine } from '../recording-engine.ts';

const { ctx } = contextOn(memorySystem());
const LAUNCH = `github-${'0a'.repeat(16)}`;

const where: Whereabouts = {
  stack: 'tools',
  services: [{ server: 'everything', engine: 'docker', name: 'tools.everything', id: idOf('a') }],
  sessions: [{ server: 'github', engine: 'docker' }],
  launches: new Set([LAUNCH]),
};

const session = (letter: string, labels: Readonly<Record<string, string>> = {}): Kept => ({
  id: idOf(letter),
  name: `mcpform.github.${letter}`,
  labels: {
    'dev.mcpform.server': 'github',
    'dev.mcpform.launch': LAUNCH,
    'dev.mcpform.machine': 'machine-1',
    ...labels,
  },
});

async function find(kept: readonly Kept[], change: Partial<Whereabouts> = {}, server: string | null = null) {
  const { engine, asked } = recordingEngine(kept);
  const found = await findContainers({ ...where, ...change }, server, async () => engine, ctx);
  const names = found.containers.map(({ server: of, kind, name }) => `${of} ${kind} ${name}`);
  return { names, gone: found.gone.map(({ name }) => name), asked };
}

describe('the containers of a stack', () => {
  it('are its services and the sessions of clients, by server, from one look', async () => {
    const service = { id: idOf('a'), name: 'tools.everything', state: 'exited' };
    expect(await find([session('c'), session('b'), service, { id: idOf('f'), name: 'foreign' }])).toEqual({
      names: [
        'everything service tools.everything',
        'github session mcpform.github.b',
        'github session mcpform.github.c',
      ],
      gone: [],
      asked: ['list'],
    });
  });

  it('are known by the id in the books, also when somebody renamed one', async () => {
    const impostor = { id: idOf('f'), name: 'tools.everything' };
    const { names } = await find([impostor, { id: idOf('a'), name: 'moved' }]);
    expect(names).toEqual(['everything service moved']);
  });

  it('are gone when there is another one of the name that does not say it is of the stack', async () => {
    const impostor = (stack?: string): Kept => ({
      id: idOf('f'),
      name: 'tools.everything',
      labels: stack === undefined ? {} : { 'dev.mcpform.stack': stack },
    });
    expect(await find([impostor()])).toMatchObject({ names: [], gone: ['tools.everything'] });
    expect(await find([impostor('other')])).toMatchObject({ names: [], gone: ['tools.everything'] });
    expect(await find([impostor('tools')])).toMatchObject({
      names: ['everything service tools.everything'],
    });
  });

  it('are not gone where they never were', async () => {
    const services = [{ ...where.services[0], id: null }] as Whereabouts['services'];
    expect(await find([], { services })).toMatchObject({ names: [], gone: [] });
  });

  it.each([
    ['of another server', { 'dev.mcpform.server': 'gitlab' }],
    ['of a launch that is not of this stack', { 'dev.mcpform.launch': `github-${'0b'.repeat(16)}` }],
    ['that another machine started', { 'dev.mcpform.machine': 'machine-2' }],
    ['that another stack starts directly', { 'dev.mcpform.launch': 'direct', 'dev.mcpform.stack': 'x' }],
  ])('do not count a session %s', async (_, labels) => {
    expect((await find([session('b', labels)])).names).toEqual([]);
  });

  it('count what a client started directly, and not what has ended', async () => {
    const direct = { 'dev.mcpform.launch': 'direct', 'dev.mcpform.stack': 'tools' };
    const ended = { ...session('c'), state: 'exited' };
    expect((await find([session('b', direct), ended])).names).toEqual(['github session mcpform.github.b']);
  });

  it('are those of one server where only that is asked for', async () => {
    const kept = [session('b'), { id: idOf('a'), name: 'tools.everything' }];
    expect((await find(kept, {}, 'github')).names).toEqual(['github session mcpform.github.b']);
  });

  it('are asked of each engine once, and one that is down says nothing about the others', async () => {
    const { engine } = recordingEngine([{ id: idOf('a'), name: 'tools.everything' }]);
    const opened: string[] = [];
    const services = [
      ...where.services,
      { server: 'far', engine: 'docker@lab', name: 'tools.far', id: idOf('d') },
    ];
    const open = async (name: string) => {
      opened.push(name);
      if (name === 'docker') return engine;
      throw new McpformError('ENGINE_UNAVAILABLE', 'nobody listens');
    };
    const found = await findContainers({ ...where, services }, null, open, ctx);
    expect(opened).toEqual(['docker', 'docker@lab']);
    expect(found.containers.map(({ name }) => name)).toEqual(['tools.everything']);
    expect(found.gone).toEqual([]);
    expect([...found.unavailable.keys()]).toEqual(['docker@lab']);
  });

  it('ask nobody where there can be none', async () => {
    expect((await find([], { services: [], sessions: [] })).asked).toEqual([]);
  });
});
