import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/model/context.ts';
import type { Performed, Work } from '../../src/model/provider.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { perform } from '../../src/providers/docker/perform.ts';
import { recover } from '../../src/providers/docker/recover.ts';
import { settle } from '../../src/state/settle.ts';
import { beginOf } from '../providers/docker/perform/works.ts';
import { BEDS, look } from './observe-world.ts';
import { answer, answers, makePerformWorld, type PerformWorld } from './perform-world.ts';

describe.each(BEDS.slice(0, 2))('an engine that is killed, $name', ({ start, canRun }) => {
  describe.runIf(canRun())('', () => {
    let world: PerformWorld;
    beforeAll(async () => {
      world = await makePerformWorld(start);
    });
    afterEach(async () => {
      // A test that fails may leave it down.
      await world.engine.listContainers().catch(() => world.bed.restart());
      await world.clear();
    });
    afterAll(async () => await world?.remove());

    /** Within one run, an engine is reached once. */
    const newRun = (): Context => ({ ...world.ctx });

    /** Performs a step during which the engine is killed: while it does one call, or before it. */
    const performUnder = async (
      work: Work,
      call: keyof Engine,
      when: 'before' | 'during' = 'during',
    ): Promise<Performed> => {
      let isKilled = false;
      const around = new Proxy(world.engine, {
        get: (engine, name) => {
          const member = Reflect.get(engine, name);
          if (name !== call || typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            if (isKilled) return await member.apply(engine, args);
            isKilled = true;
            if (when === 'before') await world.bed.kill9();
            const asked = member.apply(engine, args);
            asked.catch(() => undefined);
            await new Promise((done) => setTimeout(done, 30));
            if (when === 'during') await world.bed.kill9();
            return await asked;
          };
        },
      });
      const [performed] = await perform([work], newRun(), async () => around);
      return performed as Performed;
    };

    /**
     * What an engine does not start by itself after it was killed, the next apply starts; but for an engine that does
     * not know who has the port: that says what to do about it.
     */
    const expectNextApply = async (text: string): Promise<void> => {
      const gate = answers(world.port, text);
      const isThere = (await world.containers()).length > 0;
      if (isThere) expect(['/status', '']).toContain((await world.left(world.site(text))).join());
      if (isThere && (await world.left(world.site(text))).length === 0) {
        expect(await answer(world.port)).toBe(text);
        return;
      }
      const performed = await world.run(world.site(text), { gate });
      if (performed.error?.code === 'ENGINE_PORT_TAKEN') {
        expect(performed.error.hint).toContain('restart the engine');
        console.log('the engine lost count of its ports');
        await world.bed.restart();
        expect(await world.run(world.site(text), { gate })).toMatchObject({ result: 'done' });
      } else expect(performed).toMatchObject({ result: 'done' });
      expect(await answer(world.port)).toBe(text);
      expect(await world.containers()).toEqual(['demo.web running']);
    };

    const verdict = async (work: Work): Promise<string | undefined> => {
      const { place } = work.step;
      const ids = new Map([[place.key, work.record?.objectId ?? '']]);
      const { objects } = await look(world, { places: [place], ids });
      return settle([beginOf(work, world.ctx.digest)], { objects }, world.ctx.digest).settled[0]?.settled;
    };

    it.each([
      ['stopContainer', 'during', 'one', 'not-done'],
      ['startContainer', 'before', 'one', 'not-done'],
      ['startContainer', 'during', 'one', 'not-done'],
      ['removeContainer', 'before', 'two', 'done'],
    ] as const)(
      'in the middle of a replacement, at %s, is back later with one that serves',
      async (call, when, text, how) => {
        await world.run(world.site('one'), { gate: answers(world.port, 'one') });
        const work = await world.plan(world.site('two'), { gate: answers(world.port, 'two') });
        const performed = await performUnder(work, call, when);
        expect(performed).toMatchObject({
          result: 'failed',
          isOpen: true,
          error: { code: 'ENGINE_UNAVAILABLE' },
        });

        const pending = [beginOf(work, world.ctx.digest)];
        const [trouble] = await recover(pending, newRun());
        expect(trouble).toMatchObject(['docker', { code: 'ENGINE_UNAVAILABLE' }]);

        await world.bed.restart();
        expect(await recover(pending, newRun())).toEqual(new Map());
        expect(await verdict(work)).toBe(how);
        expect(await world.containers()).toEqual([expect.stringMatching(/^demo\.web (?:running|exited)$/)]);

        await expectNextApply(text);
      },
    );

    it('while it starts a container that only stopped, has it serve after the next apply', async () => {
      await world.run(world.site('one'), { gate: answers(world.port, 'one') });
      await world.bed.docker(['stop', 'demo.web']);
      const work = await world.plan(world.site('one'), { gate: answers(world.port, 'one') });
      expect(work.step.action).toBe('update');
      const performed = await performUnder(work, 'startContainer');
      expect(performed).toMatchObject({ result: 'failed', isOpen: true });
      await world.bed.restart();
      await recover([beginOf(work, world.ctx.digest)], newRun());
      await expectNextApply('one');
    });

    it('while it creates one, has nothing of it when it is back', async () => {
      const work = await world.plan(world.site('one'), { gate: answers(world.port, 'one') });
      const performed = await performUnder(work, 'startContainer');
      expect(performed).toMatchObject({ result: 'failed', isOpen: true });
      await world.bed.restart();
      expect(await recover([beginOf(work, world.ctx.digest)], newRun())).toEqual(new Map());
      expect(await world.containers()).toEqual([]);
      expect(await verdict(work)).toBe('not-done');
      await expectNextApply('one');
    });
  });
});
