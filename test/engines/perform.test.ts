import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { containerNamed, networkNamed, placeFor, volumeNamed } from '../providers/docker/perform/works.ts';
import { containerOf } from '../support/container-spec.ts';
import { freePort } from '../support/free-port.ts';
import { BEDS } from './observe-world.ts';
import { answer, answers, makePerformWorld, type PerformWorld, watch } from './perform-world.ts';

describe.each(BEDS.filter(({ isPodman }) => !isPodman))('on $name', ({ start, canRun }) => {
  describe.runIf(canRun())('', () => {
    let world: PerformWorld;
    beforeAll(async () => {
      world = await makePerformWorld(start);
    });
    afterEach(async () => await world.clear());
    afterAll(async () => await world?.remove());

    const gate = (text: string, port = world.port) => ({ gate: answers(port, text) });
    const withOne = async (): Promise<void> => {
      const performed = await world.run(world.site('one'), gate('one'));
      expect(performed).toMatchObject({ result: 'done' });
    };

    it('creates a server, and the next plan has nothing to do', async () => {
      await withOne();
      expect(await answer(world.port)).toBe('one');
      expect(await world.left(world.site('one'))).toEqual([]);
    });

    it('replaces it by one on the same port, which is away for a moment', async () => {
      await withOne();
      const away = watch(world.port);
      const performed = await world.run(world.site('two'), gate('two'));
      const { longestMs } = await away.end();
      expect(performed).toMatchObject({ result: 'done', findings: [] });
      expect(await answer(world.port)).toBe('two');
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(await world.left(world.site('two'))).toEqual([]);
      console.log(`${Math.round(longestMs)} ms without an answer`);
      expect(longestMs).toBeLessThan(5000);
    });

    it('replaces it by one on another port, and one of both answers all the time', async () => {
      await withOne();
      const port = await freePort();
      const publish = { address: '127.0.0.1', port };
      const service = { transport: 'http', port: 3001, path: '/', publish } as const;
      const away = watch(world.port, port);
      const performed = await world.run(world.site('two', { service }), gate('two', port));
      const { longestMs } = await away.end();
      expect(performed).toMatchObject({ result: 'done' });
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(longestMs).toBeLessThan(300);
    });

    it.each([
      [
        'ends at once',
        ['sh', '-c', 'echo "no such key"; exit 3'],
        /stopped right after it started, with exit code 3/,
      ],
      ['never answers', ['sleep', '1000'], /never answered/],
      // The init is started, and does not find it.
      ['has no such program', ['/nope'], /exit code 127/],
      ['needs more memory than it has', ['sh', '-c', 'tail /dev/zero'], /resources.memory/],
    ])('puts the old one back when the new one %s', async (_what, entrypoint, message) => {
      await withOne();
      const limits = { ...containerOf().limits, memoryBytes: 32 << 20 };
      const wanted = world.site('two', { entrypoint, args: [], limits });
      const performed = await world.run(wanted, gate('two'));
      expect(performed).toMatchObject({ result: 'rolledBack' });
      expect(performed.error?.message).toMatch(message);
      expect(await answer(world.port)).toBe('one');
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(await world.left(world.site('one'))).toEqual([]);
    });

    it('lets the old one run on when another program has the new one’s port', async () => {
      await withOne();
      const other = createServer((_request, response) => response.end('theirs')).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      const publish = { address: '127.0.0.1', port };
      const service = { transport: 'http', port: 3001, path: '/', publish } as const;
      const away = watch(world.port);
      const performed = await world.run(world.site('two', { service }), gate('two', port));
      const { longestMs } = await away.end();
      other.close();
      expect(performed).toMatchObject({ result: 'rolledBack', error: { code: 'ENGINE_PORT_TAKEN' } });
      expect(await world.containers()).toEqual(['demo.web running']);
      expect(longestMs).toBeLessThan(300);
    });

    it('waits no longer than its grace for one that ignores SIGTERM', async () => {
      const entrypoint = ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'];
      const stubborn = containerNamed('web', { image: world.plain, entrypoint, stopTimeoutSeconds: 2 });
      await world.run(stubborn);
      const startMs = performance.now();
      expect(await world.run(stubborn, { desired: null })).toMatchObject({ result: 'done' });
      const tookMs = performance.now() - startMs;
      expect(tookMs).toBeGreaterThan(1800);
      expect(tookMs).toBeLessThan(8000);
      expect(await world.containers()).toEqual([]);
    });

    it('leaves a container of somebody else alone that has the name by now', async () => {
      const work = await world.plan(world.site('one'));
      await world.bed.docker(['run', '-d', '--name', 'demo.web', world.plain, 'sleep', '1000']);
      const { perform } = await import('../../src/providers/docker/perform.ts');
      const [performed] = await perform([work], world.ctx);
      expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_NAME_TAKEN' } });
      expect(await world.containers()).toEqual(['demo.web running']);
    });

    it('moves it under another name without a restart', async () => {
      await withOne();
      const before = await world.observed(world.site('one'));
      const site = world.site('one', {}, 'site');
      const previousPlace = placeFor((await world.engine.identity()).id, world.site('one'));
      const performed = await world.run(site, { action: 'move', previousPlace, ...gate('one') });
      expect(performed).toMatchObject({ result: 'done', observed: { id: before?.id } });
      expect(await world.containers()).toEqual(['demo.site running']);
      expect(await answer(world.port)).toBe('one');
    });

    it.each([
      ['stopped', ['stop', '--time', '1'], '/status'],
      ['killed', ['kill'], '/status'],
      ['paused', ['pause'], '/status'],
      ['without a limit on its processes', ['update', '--pids-limit', '77'], '/resources/pids'],
      ['with another restart policy', ['update', '--restart', 'always'], '/restart'],
    ])('repairs one that somebody left %s, where it is', async (_what, command, pointer) => {
      await withOne();
      const before = await world.observed(world.site('one'));
      await world.bed.docker([...command, 'demo.web']);
      const work = await world.plan(world.site('one'), gate('one'));
      expect(work.step.paths.map((path) => path.pointer)).toEqual([pointer]);
      const performed = await world.run(world.site('one'), gate('one'));
      expect(performed).toMatchObject({ result: 'done', observed: { id: before?.id } });
      expect(await world.left(world.site('one'))).toEqual([]);
      expect(await answer(world.port)).toBe('one');
    });

    it('changes memory up and down, with the swap that goes with it', async () => {
      for (const mib of [64, 256, 32]) {
        const limits = { ...containerOf().limits, memoryBytes: mib << 20 };
        const performed = await world.run(world.site('one', { limits }), gate('one'));
        expect(performed).toMatchObject({ result: 'done' });
        expect(await world.left(world.site('one', { limits }))).toEqual([]);
      }
      expect(await world.containers()).toEqual(['demo.web running']);
    });

    it('does not keep a limit that the engine refuses, nor what was changed before it', async () => {
      await withOne();
      const limits = { ...containerOf().limits, memoryBytes: 1 << 20 };
      const performed = await world.run(world.site('one', { limits, restart: 'always' }), gate('one'));
      expect(performed).toMatchObject({ error: { code: 'ENGINE_REFUSED' } });
      expect(performed.isOpen).toBeUndefined();
      expect(await world.left(world.site('one'))).toEqual([]);
    });

    describe('networks', () => {
      const tools = (aliases: readonly string[], ...more: readonly string[]) => ({
        networks: ['demo.tools', ...more].map((network) => ({ network, isExternal: false, aliases })),
      });

      it('gives a container other names, and it still answers on its port', async () => {
        await world.run(networkNamed('tools'));
        await world.run(networkNamed('more'));
        await world.run(world.site('one', tools(['web'])), gate('one'));
        const wanted = world.site('one', tools(['site'], 'demo.more'));
        const performed = await world.run(wanted, gate('one'));
        expect(performed).toMatchObject({ result: 'done' });
        expect(await world.left(wanted)).toEqual([]);
        expect(await answer(world.port)).toBe('one');
      });

      it('makes one anew under a container of ours, which still answers on its port', async () => {
        await world.run(networkNamed('tools'));
        const wanted = world.site('one', tools(['web']));
        await world.run(wanted, gate('one'));
        const changed = networkNamed('tools', { labels: { a: 'b' } });
        expect(await world.run(changed)).toMatchObject({ result: 'done' });
        expect(await world.left(changed)).toEqual([]);
        expect(await world.left(wanted)).toEqual([]);
        expect(await answer(world.port)).toBe('one');
      });

      it('leaves one alone that somebody else uses', async () => {
        await world.run(networkNamed('tools'));
        const command = [
          'run',
          '-d',
          '--name',
          'theirs',
          '--network',
          'demo.tools',
          world.plain,
          'sleep',
          '1000',
        ];
        await world.bed.docker(command);
        const performed = await world.run(networkNamed('tools'), { desired: null });
        expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_IN_USE' } });
        expect(performed.error?.message).toContain('"theirs"');
        await world.bed.docker(['rm', '-f', 'theirs']);
        expect(await world.run(networkNamed('tools'), { desired: null })).toMatchObject({ result: 'done' });
      });
    });

    it('leaves a volume alone that a container has, and its data', async () => {
      await world.run(volumeNamed('data'));
      await world.bed.docker(['create', '--name', 'theirs', '-v', 'demo.data:/data', world.plain, 'true']);
      const performed = await world.run(volumeNamed('data'), { desired: null });
      expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_IN_USE' } });
      await world.bed.docker(['rm', 'theirs']);
      expect(await world.run(volumeNamed('data'), { desired: null })).toMatchObject({ result: 'done' });
      expect((await world.engine.listVolumes()).length).toBe(0);
    });

    it('leaves no anonymous volume of what it replaced or gave up', async () => {
      const talkative = (args: readonly string[]) =>
        containerNamed('web', { image: world.talkative, entrypoint: ['sh', '-c'], args });
      await world.run(talkative(['exec sleep 1000']));
      await world.run(talkative(['exec sleep 2000']));
      expect(await world.run(talkative(['exit 3']))).toMatchObject({ result: 'rolledBack' });
      expect((await world.engine.listVolumes()).length).toBe(1);
      await world.run(talkative([]), { desired: null });
      expect((await world.engine.listVolumes()).length).toBe(0);
    });
  });
});
