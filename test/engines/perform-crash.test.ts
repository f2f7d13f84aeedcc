import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
    afterEach(async () => await world.clear());
    afterAll(async () => await world?.remove());

    /** Performs a step during which the engine is killed: while it does one call, or before it. */
    const performUnder = async (work: Work, call: keyof Engine, nth: number): Promise<Performed> => {
      let count = 0;
      const original = world.engine;
      const around = new Proxy(original, {
        get: (engine, name) => {
          const member = Reflect.get(engine, name);
          if (name !== call || typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            count += 1;
            if (count !== nth) return await member.apply(engine, args);
            const asked = member.apply(engine, args);
            asked.catch(() => undefined);
            await new Promise((done) => setTimeout(done, 30));
            await world.bed.kill9();
            return await asked;
          };
        },
      });
      const [performed] = await perform([work], world.ctx, async () => around);
      return performed as Performed;
    };

    const verdict = async (work: Work): Promise<string | undefined> => {
      const { place } = work.step;
      const ids = new Map([[place.key, work.record?.objectId ?? '']]);
      const { objects } = await look(world, { places: [place], ids });
      return settle([beginOf(work, world.ctx.digest)], { objects }, world.ctx.digest).settled[0]?.settled;
    };

    it.each([
      ['stopContainer', 1, 'one', 'not-done'],
      ['startContainer', 1, 'one', 'not-done'],
      ['removeContainer', 1, 'two', 'done'],
    ] as const)(
      'in the middle of a replacement, at %s, is back later with one that serves',
      async (call, nth, text, how) => {
        await world.run(world.site('one'), { gate: answers(world.port, 'one') });
        const work = await world.plan(world.site('two'), { gate: answers(world.port, 'two') });
        const performed = await performUnder(work, call, nth);
        expect(performed).toMatchObject({
          result: 'failed',
          isOpen: true,
          error: { code: 'ENGINE_UNAVAILABLE' },
        });

        const pending = [beginOf(work, world.ctx.digest)];
        const [trouble] = await recover(pending, world.ctx);
        expect(trouble).toMatchObject(['docker', { code: 'ENGINE_UNAVAILABLE' }]);

        await world.bed.restart();
        expect(await recover(pending, world.ctx)).toEqual(new Map());
        expect(await verdict(work)).toBe(how);
        expect(await world.containers()).toEqual([expect.stringMatching(/^demo\.web (?:running|exited)$/)]);

        // What an engine does not start by itself after it was killed, the next apply starts.
        const wanted = how === 'done' ? world.site('two') : world.site('one');
        if ((await world.left(wanted)).length > 0) {
          expect(await world.left(wanted)).toEqual(['/status']);
          expect(await world.run(wanted, { gate: answers(world.port, text) })).toMatchObject({
            result: 'done',
          });
        }
        expect(await answer(world.port)).toBe(text);
        expect(await world.containers()).toEqual(['demo.web running']);
      },
    );

    it('while it starts a container that only stopped, has it serve after the next apply', async () => {
      await world.run(world.site('one'), { gate: answers(world.port, 'one') });
      await world.bed.docker(['stop', 'demo.web']);
      const work = await world.plan(world.site('one'), { gate: answers(world.port, 'one') });
      expect(work.step.action).toBe('update');
      const performed = await performUnder(work, 'startContainer', 1);
      expect(performed).toMatchObject({ result: 'failed', isOpen: true });
      await world.bed.restart();
      await recover([beginOf(work, world.ctx.digest)], world.ctx);
      console.log(await world.containers(), await world.left(world.site('one')));
      if ((await world.left(world.site('one'))).length > 0) {
        const again = await world.run(world.site('one'), { gate: answers(world.port, 'one') });
        console.log(JSON.stringify(again.error ?? again.observed?.id));
        expect(again).toMatchObject({ result: 'done' });
      }
      expect(await answer(world.port)).toBe('one');
      expect(await world.containers()).toEqual(['demo.web running']);
    });

    it('while it creates one, has nothing of it when it is back', async () => {
      const work = await world.plan(world.site('one'), { gate: answers(world.port, 'one') });
      const performed = await performUnder(work, 'startContainer', 1);
      expect(performed).toMatchObject({ result: 'failed', isOpen: true });
      await world.bed.restart();
      expect(await recover([beginOf(work, world.ctx.digest)], world.ctx)).toEqual(new Map());
      expect(await world.containers()).toEqual([]);
      expect(await verdict(work)).toBe('not-done');
      expect(await world.run(world.site('one'), { gate: answers(world.port, 'one') })).toMatchObject({
        result: 'done',
      });
    });
  });
});
