import { describe, expect, it } from 'vitest';
import type { Performed } from '../../../../src/model/provider.ts';
import type { Engine } from '../../../../src/providers/docker/engine.ts';
import { done, effects, expectRefused } from './expect.ts';
import { emptyWorld, type FakeWorld, listed } from './fake-world.ts';
import { web, webWith } from './scenarios.ts';
import { contextBeside, plan, play } from './stage.ts';
import { volumeNamed } from './works.ts';

const bind = (source: string) =>
  webWith({ mounts: [{ kind: 'bind', source, target: '/data', isReadOnly: true }] }, 'serve');

const tree = { '/srv/docs/': '', '/srv/secret/': '', '/srv/link': { link: '/srv/docs' } };

describe('a folder of the host', () => {
  it('that is what it is called is given to the container', async () => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, tree);
    const { performed } = await play(world, await plan(world, bind('/srv/docs')), { ctx });
    expect(performed).toMatchObject({ result: 'done' });
  });

  it.each([
    ['a link', '/srv/link', 'folder "/srv/link" is a link to "/srv/docs"'],
    ['not there', '/srv/none', 'folder "/srv/none" cannot be looked at'],
  ])('that is %s is refused before anything is made', async (_what, source, message) => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, tree);
    const { error } = await expectRefused(world, await plan(world, bind(source)), 'ENGINE_SOURCE_MOVED', {
      ctx,
    });
    expect(error?.message).toBe(message);
  });

  it('that becomes a link while the engine starts the container has it removed again', async () => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, tree);
    const { performed } = await play(world, await plan(world, bind('/srv/docs')), {
      ctx,
      around: swapping(async () => {
        await ctx.system.files.rename('/srv/docs', '/srv/elsewhere');
        await ctx.system.files.rename('/srv/link', '/srv/docs');
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_SOURCE_MOVED' } });
    expect(listed(world)).toEqual([]);
  });

  it('that is a link by now is not mounted into a container that is only started again', async () => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, tree);
    await play(world, await plan(world, bind('/srv/docs'), { operation: 'run-1' }), { ctx });
    for (const container of world.containers.values()) container.status = 'exited';
    await ctx.system.files.rename('/srv/docs', '/srv/elsewhere');
    await ctx.system.files.rename('/srv/link', '/srv/docs');
    await expectRefused(world, await plan(world, bind('/srv/docs')), 'ENGINE_SOURCE_MOVED', { ctx });
  });

  it('of another machine cannot be looked at, and is left to policy', async () => {
    const world = emptyWorld();
    const { performed } = await play(world, await plan(world, bind('/srv/none')), {
      around: (engine) => ({
        ...engine,
        endpoint: { kind: 'ssh', user: null, host: 'lab', port: null, path: null },
      }),
    });
    expect(performed).toMatchObject({ result: 'done' });
  });
});

function swapping(swap: () => Promise<void>): (engine: Engine) => Engine {
  return (engine) => ({
    ...engine,
    startContainer: async (id) => {
      await swap();
      await engine.startContainer(id);
    },
  });
}

describe('a volume that is a folder of the host by another name', () => {
  const folder = { type: 'none', o: 'bind', device: '/srv/docs' };
  const mounted = webWith(
    {
      mounts: [
        {
          ...{ kind: 'volume', volume: 'demo.data', isExternal: false, driver: null },
          ...{ driverOptions: folder, target: '/data', isReadOnly: true },
        },
      ],
    },
    'serve',
  );

  const withVolume = async (): Promise<FakeWorld> => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, tree);
    const work = await plan(world, volumeNamed('data', folder), { operation: 'run-1' });
    expect((await play(world, work, { ctx })).performed).toMatchObject({ result: 'done' });
    return world;
  };

  it('is not created when that folder is a link', async () => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, tree);
    const work = await plan(world, volumeNamed('data', { ...folder, device: '/srv/link' }));
    await expectRefused(world, work, 'ENGINE_SOURCE_MOVED', { ctx });
  });

  it('is not mounted when that folder is a link by now', async () => {
    const world = await withVolume();
    const { ctx } = contextBeside(world, { '/srv/secret/': '', '/srv/docs': { link: '/srv/secret' } });
    await expectRefused(world, await plan(world, mounted), 'ENGINE_SOURCE_MOVED', { ctx });
  });

  it('is mounted when it is none', async () => {
    const world = await withVolume();
    const { ctx } = contextBeside(world, tree);
    const { performed } = await play(world, await plan(world, mounted), { ctx });
    expect(performed).toMatchObject({ result: 'done' });
  });
});

describe('a seccomp profile', () => {
  const profiled = webWith({ seccomp: '/repo/profile.json' }, 'serve');

  it('is sent as it is in its file', async () => {
    const world = emptyWorld();
    const { ctx } = contextBeside(world, { '/repo/profile.json': '{"defaultAction":"SCMP_ACT_ALLOW"}' });
    const { calls } = await play(world, await plan(world, profiled), { ctx });
    const sent = calls.find(({ name }) => name === 'createContainer')?.args[0];
    expect(sent).toMatchObject({
      HostConfig: { SecurityOpt: ['no-new-privileges', 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] },
    });
  });

  it('that is not there keeps the container from being made', async () => {
    const world = emptyWorld();
    await expectRefused(world, await plan(world, profiled), 'ENGINE_SOURCE_MOVED');
  });
});

it('looks at no folder where a container has none', async () => {
  const world = emptyWorld();
  const performed: Performed = await done(world, await plan(world, web('serve')));
  expect(performed.result).toBe('done');
  expect(effects((await play(world, await plan(world, web('serve')))).calls)).toEqual([]);
});
