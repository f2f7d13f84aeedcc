import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../../src/model/error.ts';
import type { DesiredObject } from '../../../../src/model/resource.ts';
import { done, effects, expectRefused } from './expect.ts';
import { called, emptyWorld, type FakeWorld, IMAGE, listed, plainNetwork } from './fake-world.ts';
import { webWith } from './scenarios.ts';
import { contextBeside, plan, play } from './stage.ts';
import { containerNamed, networkNamed, placeFor, volumeNamed } from './works.ts';

const inTools = (server = 'web'): DesiredObject =>
  containerNamed(server, {
    image: IMAGE,
    networks: [{ network: 'demo.tools', isExternal: false, aliases: [server] }],
  });

async function withTools(...servers: readonly string[]): Promise<FakeWorld> {
  const world = emptyWorld();
  await done(world, await plan(world, networkNamed('tools'), { operation: 'run-1' }));
  for (const server of servers) await done(world, await plan(world, inTools(server), { operation: 'run-1' }));
  return world;
}

function disown(world: FakeWorld, name: string): void {
  const container = called(world, name);
  world.containers.set(container.id, { ...container, request: { ...container.request, Labels: {} } });
}

describe('a network', () => {
  it('is made with our labels and the options that are wanted', async () => {
    const world = await withTools();
    expect([...world.networks.values()].at(-1)).toMatchObject({
      Name: 'demo.tools',
      Labels: { 'dev.mcpform.operation': 'run-1', 'dev.mcpform.address': 'docker/network/tools' },
    });
    expect((await plan(world, networkNamed('tools'))).step.paths).toEqual([]);
  });

  it('of a name that somebody else took meanwhile is left alone', async () => {
    const world = emptyWorld();
    const work = await plan(world, networkNamed('tools'));
    world.networks.set('theirs', plainNetwork('demo.tools'));
    await expectRefused(world, work, 'ENGINE_NAME_TAKEN');
  });

  it('that two make at once is given up by us', async () => {
    const world = emptyWorld();
    const { performed } = await play(world, await plan(world, networkNamed('tools')), {
      around: (engine) => ({
        ...engine,
        createNetwork: async (request) => {
          world.networks.set('theirs', plainNetwork('demo.tools'));
          return await engine.createNetwork(request);
        },
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_NAME_TAKEN' } });
    expect(listed(world)).toEqual(['network demo.tools foreign']);
  });

  it('that anybody is in is not removed, running or not', async () => {
    const world = await withTools('web');
    called(world, 'demo.web').status = 'exited';
    const work = await plan(world, networkNamed('tools'), { desired: null });
    const { error } = await expectRefused(world, work, 'ENGINE_IN_USE');
    expect(error?.message).toBe('"docker/network/tools" is used by "demo.web"');
  });

  it('is made anew with the containers of these books in it', async () => {
    const world = await withTools('web', 'site');
    await done(world, await plan(world, networkNamed('tools', { isInternal: true })));
    expect(listed(world)).toEqual([
      'demo.site running run-1 in demo.tools',
      'demo.web running run-1 in demo.tools',
      'network demo.tools run-2 with demo.site demo.web',
    ]);
    expect(called(world, 'demo.web').networks.get('demo.tools')).toEqual(['web']);
  });

  it('is not made anew under somebody else', async () => {
    const world = await withTools('web', 'site');
    disown(world, 'demo.site');
    const { error } = await expectRefused(
      world,
      await plan(world, networkNamed('tools', { isInternal: true })),
      'ENGINE_IN_USE',
    );
    expect(error?.message).toBe('"docker/network/tools" is used by "demo.site"');
  });

  it.each(['disconnectNetwork', 'removeNetwork', 'createNetwork', 'connectNetwork'] as const)(
    'is as it was when %s fails while it is made anew',
    async (call) => {
      const world = await withTools('web');
      let isFirst = true;
      const { performed } = await play(
        world,
        await plan(world, networkNamed('tools', { isInternal: true })),
        {
          faults: ({ name }) => {
            if (name !== call || !isFirst) return null;
            isFirst = false;
            return { kind: 'refused', error: new McpformError('ENGINE_FAILED', 'docker would not') };
          },
        },
      );
      expect(performed).toMatchObject({ result: 'rolledBack', error: { code: 'ENGINE_FAILED' } });
      expect(listed(world)).toEqual([
        'demo.web running run-1 in demo.tools',
        'network demo.tools run-1 with demo.web',
      ]);
      expect((await plan(world, networkNamed('tools'))).step.paths).toEqual([]);
      expect((await plan(world, inTools())).step.paths).toEqual([]);
    },
  );

  it('cannot be renamed', async () => {
    const world = await withTools();
    const previousPlace = placeFor('docker:FAKE', networkNamed('tools'));
    const work = await plan(world, networkNamed('other'), { action: 'move', previousPlace });
    await expectRefused(world, work, 'ENGINE_REFUSED');
  });
});

describe('a volume', () => {
  const mounted = webWith({
    mounts: [
      {
        ...{ kind: 'volume', volume: 'demo.data', isExternal: false, driver: null },
        ...{ driverOptions: {}, target: '/data', isReadOnly: false },
      },
    ],
  });

  it('that somebody else makes at the same moment is not ours', async () => {
    const world = emptyWorld();
    const { performed } = await play(world, await plan(world, volumeNamed('data')), {
      around: (engine) => ({
        ...engine,
        createVolume: async (request) => {
          await engine.createVolume({ ...request, Labels: {} });
          await engine.createVolume(request);
        },
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_NAME_TAKEN' } });
    expect(listed(world)).toEqual(['volume demo.data foreign']);
  });

  it.each([['delete'], ['replace']] as const)('that a container has is kept, on %s', async (action) => {
    const world = emptyWorld();
    await done(world, await plan(world, volumeNamed('data'), { operation: 'run-1' }));
    await done(world, await plan(world, mounted, { operation: 'run-1' }));
    const desired = action === 'delete' ? null : volumeNamed('data', { type: 'tmpfs' });
    const work = await plan(world, volumeNamed('data'), { desired, action });
    const { error } = await expectRefused(world, work, 'ENGINE_IN_USE');
    expect(error?.message).toBe('"docker/volume/data" is used by "demo.web"');
  });

  it('that is gone already is done', async () => {
    const world = emptyWorld();
    await done(world, await plan(world, volumeNamed('data'), { operation: 'run-1' }));
    const work = await plan(world, volumeNamed('data'), { desired: null });
    world.volumes.clear();
    expect(await done(world, work)).toMatchObject({ observed: null });
  });
});

describe('an image', () => {
  const image: DesiredObject = {
    ...networkNamed('x'),
    ...{ kind: 'image', image: IMAGE, platform: null, name: IMAGE, address: 'docker/image/server' },
  } as DesiredObject;

  it('is pulled when it is not there, and by nobody when it is', async () => {
    const world = emptyWorld();
    world.images.clear();
    const work = await plan(world, image);
    expect(effects((await play(world, work)).calls)).toEqual(['pullImage']);
    expect(effects((await play(world, work)).calls)).toEqual([]);
  });

  it('goes on later when the run is interrupted while it is pulled', async () => {
    const world = emptyWorld();
    world.images.clear();
    const stop = new AbortController();
    const ctx = { ...contextBeside(world).ctx, signal: stop.signal };
    const { performed } = await play(world, await plan(world, image), {
      ctx,
      around: (engine) => ({
        ...engine,
        pullImage: async (_reference, { signal }) => {
          stop.abort();
          signal?.throwIfAborted();
        },
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'INTERRUPTED' } });
  });
});
