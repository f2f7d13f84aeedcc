import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../../src/model/resource.ts';
import { digest } from '../../claude-code/world.ts';
import { done, effects, expectRefused, withWeb } from './expect.ts';
import { called, ENGINE_ID, emptyWorld, type FakeWorld, IMAGE, listed, plainNetwork } from './fake-world.ts';
import { web, webWith } from './scenarios.ts';
import { observedAt, plan, play } from './stage.ts';
import { containerNamed, placeFor, workFor } from './works.ts';

describe('a container', () => {
  it('carries labels that say what it is and which step made it', async () => {
    const world = await withWeb();
    expect(called(world, 'demo.web').request.Labels).toEqual({
      'dev.mcpform.stack': 'demo',
      'dev.mcpform.lineage': 'lineage-1',
      'dev.mcpform.address': 'docker/container/web',
      'dev.mcpform.operation': 'run-1',
    });
  });

  it('reads back as it was wanted, so that the next plan has nothing to do', async () => {
    const world = await withWeb();
    expect((await plan(world, web('serve'))).step.paths).toEqual([]);
  });

  it('is in all its networks before it is started', async () => {
    const world = emptyWorld();
    for (const name of ['a', 'b']) {
      world.networks.set(name, plainNetwork(name));
    }
    const networks = ['a', 'b'].map((network) => ({ network, isExternal: true, aliases: ['web'] }));
    const { calls } = await play(world, await plan(world, webWith({ networks })));
    expect(effects(calls)).toEqual(['createContainer', 'connectNetwork', 'startContainer']);
    expect([...called(world, 'demo.web').networks]).toEqual([
      ['a', ['web']],
      ['b', ['web']],
    ]);
  });
});

describe('what is no longer as the plan saw it', () => {
  it.each(['replace', 'update', 'delete', 'adopt'] as const)('is left alone by %s', async (action) => {
    const world = await withWeb();
    const desired = action === 'delete' ? null : web('serve', 'better');
    const work = await plan(world, web('serve', 'better'), { action, desired });
    const container = called(world, 'demo.web');
    container.hostConfig = { ...container.hostConfig, PidsLimit: 7 };
    await expectRefused(world, work, 'ENGINE_PLACE_MOVED');
  });

  it('is another one by now, although it has the name', async () => {
    const world = await withWeb();
    const work = await plan(world, web('serve', 'better'));
    const old = called(world, 'demo.web');
    world.containers.delete(old.id);
    await done(world, { ...(await plan(world, web('other'))), operation: 'x' });
    await expectRefused(world, work, 'ENGINE_PLACE_MOVED');
  });

  it.each(['exited', 'paused', 'restarting'] as const)(
    'is no other one for being %s from moment to moment',
    async (status) => {
      const world = await withWeb();
      const work = await plan(world, web('serve', 'better'));
      called(world, 'demo.web').status = status;
      await done(world, work);
      expect(listed(world)).toEqual(['demo.web running run-2']);
    },
  );

  it('is done when it was to go and is gone', async () => {
    const world = await withWeb();
    const work = await plan(world, web('serve'), { desired: null });
    world.containers.clear();
    expect(await done(world, work)).toMatchObject({ observed: null });
  });

  it('has the name that a new one was to get', async () => {
    const world = await withWeb();
    const place = placeFor(ENGINE_ID, web());
    const work = workFor({ desired: web('serve'), observed: null, place, digest, operation: 'run-2' });
    await expectRefused(world, work, 'ENGINE_NAME_TAKEN');
  });

  it('gets the name between the look and the creation', async () => {
    const world = emptyWorld();
    const work = await plan(world, web('serve'));
    const { performed } = await play(world, work, {
      around: (engine) => ({
        ...engine,
        createContainer: async (request) => {
          await engine.createContainer({ ...request, Labels: {} });
          return engine.createContainer(request);
        },
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_NAME_TAKEN' } });
    expect(listed(world)).toEqual(['demo.web created foreign']);
  });

  it('has the name that a moved one was to get', async () => {
    const world = await withWeb();
    const site = containerNamed('site', { image: IMAGE });
    const previousPlace = placeFor(ENGINE_ID, web());
    const work = await plan(world, site, { action: 'move', previousPlace });
    await done(world, { ...(await plan(world, containerNamed('other', { image: IMAGE }))), operation: 'x' });
    called(world, 'demo.other').name = 'demo.site';
    await expectRefused(world, work, 'ENGINE_NAME_TAKEN');
  });

  it('is on another engine that goes by the same name', async () => {
    const world = await withWeb();
    const place = placeFor('docker:OTHER', web());
    const work = workFor({ desired: web('serve'), observed: null, place, digest, operation: 'run-2' });
    await expectRefused(world, work, 'ENGINE_CHANGED');
  });
});

describe('a container that somebody renamed', () => {
  it('is found by its id and gets its name back', async () => {
    const world = await withWeb();
    const { id } = called(world, 'demo.web');
    called(world, 'demo.web').name = 'hand';
    const place = placeFor(ENGINE_ID, web());
    const observed = await observedById(world, id);
    const work = workFor({ desired: web('serve'), observed, place, digest, operation: 'run-2' });
    expect(work.step.paths.map(({ pointer }) => pointer)).toEqual(['/name']);
    await done(world, work);
    expect(listed(world)).toEqual(['demo.web running run-1']);
  });

  it('is found by its labels when it is to go, and the books that knew its id are', async () => {
    const world = await withWeb();
    const { id } = called(world, 'demo.web');
    called(world, 'demo.web').name = 'hand';
    const place = placeFor(ENGINE_ID, web());
    const observed = await observedById(world, id);
    await done(world, workFor({ desired: null, observed, place, digest, operation: 'run-2' }));
    expect(listed(world)).toEqual([]);
  });
});

async function observedById(world: FakeWorld, id: string): Promise<Observed | null> {
  const place = placeFor(ENGINE_ID, web());
  return (await observedAt(world, [place], new Map([[place.key, id]]))).get(place.key) ?? null;
}

describe('an image', () => {
  it('that says containers of it are ours is never run', async () => {
    const world = emptyWorld();
    world.images.set(IMAGE, { 'Dev.MCPform.lineage': 'mine' });
    const { error } = await expectRefused(world, await plan(world, web('serve')), 'ENGINE_CLAIM');
    expect(error?.message).toContain('Dev.MCPform.lineage');
  });

  it('that the engine does not have is told before anything is done', async () => {
    const world = emptyWorld();
    world.images.clear();
    await expectRefused(world, await plan(world, web('serve')), 'ENGINE_IMAGE_MISSING');
  });
});
