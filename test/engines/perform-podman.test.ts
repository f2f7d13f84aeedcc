import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { perform } from '../../src/providers/docker/perform.ts';
import { containerNamed, networkNamed, placeFor, volumeNamed } from '../providers/docker/perform/works.ts';
import { containerOf } from '../support/container-spec.ts';
import { BEDS } from './observe-world.ts';
import { makePerformWorld, type PerformWorld } from './perform-world.ts';

describe.each(BEDS.filter(({ isPodman }) => isPodman))('on $name', ({ start, canRun }) => {
  describe.runIf(canRun())('', () => {
    let world: PerformWorld;
    beforeAll(async () => {
      world = await makePerformWorld(start);
    });
    afterEach(async () => await world.clear());
    afterAll(async () => await world?.remove());

    const sleeping = (seconds: number, changes = {}) =>
      containerNamed('web', { image: world.plain, args: ['sleep', String(seconds)], ...changes });
    const withOne = async (): Promise<void> => {
      expect(await world.run(sleeping(1000))).toMatchObject({ result: 'done' });
    };

    it('creates, replaces and deletes a container', async () => {
      await withOne();
      expect(await world.left(sleeping(1000))).toEqual([]);
      expect(await world.run(sleeping(2000))).toMatchObject({ result: 'done', findings: [] });
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(await world.left(sleeping(2000))).toEqual([]);
      expect(await world.run(sleeping(2000), { desired: null })).toMatchObject({ result: 'done' });
      expect(await world.containers()).toEqual([]);
    });

    it('puts the old one back when the new one ends at once', async () => {
      await withOne();
      const ending = containerNamed('web', { image: world.plain, args: ['sh', '-c', 'echo boom; exit 3'] });
      expect(await world.run(ending)).toMatchObject({
        result: 'rolledBack',
        error: { code: 'ENGINE_CONTAINER', detail: ['boom'] },
      });
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(await world.left(sleeping(1000))).toEqual([]);
    });

    it.each([
      ['stop', ['stop', '--time', '1']],
      ['kill', ['kill']],
      ['pause', ['pause']],
    ])('has one run again after %s', async (_what, command) => {
      await withOne();
      const before = await world.observed(sleeping(1000));
      await world.bed.docker([...command, 'demo.web']);
      expect(await world.run(sleeping(1000))).toMatchObject({ result: 'done', observed: { id: before?.id } });
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(await world.left(sleeping(1000))).toEqual([]);
    });

    it('makes a new one for a limit that it cannot change', async () => {
      await withOne();
      const limits = { ...containerOf().limits, memoryBytes: 64 << 20 };
      const work = await world.plan(sleeping(1000, { limits }));
      expect(work.step.action).toBe('update');
      const [performed] = await perform([work], world.ctx);
      expect(performed).toMatchObject({ result: 'done' });
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(await world.left(sleeping(1000, { limits }))).toEqual([]);
    });

    it('gives one another name', async () => {
      await withOne();
      const site = containerNamed('site', { image: world.plain, args: ['sleep', '1000'] });
      const previousPlace = placeFor((await world.engine.identity()).id, sleeping(1000));
      expect(await world.run(site, { action: 'move', previousPlace })).toMatchObject({ result: 'done' });
      expect(await world.containers()).toEqual(['demo.site running']);
    });

    it('leaves a container of somebody else alone that has the name by now', async () => {
      const work = await world.plan(sleeping(1000));
      await world.bed.docker(['run', '-d', '--name', 'demo.web', world.plain, 'sleep', '1000']);
      const [performed] = await perform([work], world.ctx);
      expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_NAME_TAKEN' } });
      expect(await world.containers()).toEqual(['demo.web running']);
    });

    it('makes, changes and keeps networks and volumes', async () => {
      const inTools = sleeping(1000, {
        networks: [{ network: 'demo.tools', isExternal: false, aliases: ['web'] }],
      });
      expect(await world.run(networkNamed('tools'))).toMatchObject({ result: 'done' });
      expect(await world.left(networkNamed('tools'))).toEqual([]);
      expect(await world.run(inTools)).toMatchObject({ result: 'done' });
      const changed = networkNamed('tools', { labels: { a: 'b' } });
      expect(await world.run(changed)).toMatchObject({ result: 'done' });
      expect(await world.left(changed)).toEqual([]);
      expect(await world.left(inTools)).toEqual([]);
      expect(await world.run(changed, { desired: null })).toMatchObject({
        result: 'failed',
        error: { code: 'ENGINE_IN_USE' },
      });
      expect(await world.run(volumeNamed('data'))).toMatchObject({ result: 'done' });
      expect(await world.left(volumeNamed('data'))).toEqual([]);
      expect(await world.run(volumeNamed('data'), { desired: null })).toMatchObject({ result: 'done' });
    });
  });
});
