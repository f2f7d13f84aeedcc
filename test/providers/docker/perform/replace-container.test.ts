import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../../src/model/error.ts';
import type { Performed, Work } from '../../../../src/model/provider.ts';
import { done, withWeb } from './expect.ts';
import { emptyWorld, type FakeWorld, listed } from './fake-world.ts';
import { hasEffect } from './faulty-engine.ts';
import { web, webWith } from './scenarios.ts';
import { plan, play } from './stage.ts';

describe('replacing a container', () => {
  const calls = async (world: FakeWorld, work: Work): Promise<readonly string[]> =>
    (await play(world, work)).calls
      .filter(hasEffect)
      .map(({ name, args }) => `${name} ${nameOf(args)}`.trim());
  const nameOf = ([first, second]: readonly unknown[]): string =>
    typeof second === 'string' ? second : typeof first === 'object' ? (first as { name: string }).name : '';

  it('stops the old one as late as it can when both want one port', async () => {
    const world = await withWeb();
    expect(await calls(world, await plan(world, web('serve', 'better')))).toEqual([
      'renameContainer demo.web.run-2.old',
      'createContainer demo.web',
      'stopContainer',
      'startContainer',
      'renameContainer demo.web.run-2.spent',
      'removeContainer',
    ]);
  });

  it('lets the old one run until the new one works when they do not get in each other’s way', async () => {
    const world = emptyWorld();
    const quiet = (...args: readonly string[]) => webWith({ service: null }, ...args);
    await done(world, await plan(world, quiet('serve'), { operation: 'run-1' }));
    expect(await calls(world, await plan(world, quiet('serve', 'better')))).toEqual([
      'renameContainer demo.web.run-2.old',
      'createContainer demo.web',
      'startContainer',
      'renameContainer demo.web.run-2.spent',
      'stopContainer',
      'removeContainer',
    ]);
  });

  it('says when the old one does not come back', async () => {
    const world = await withWeb();
    const work = await plan(world, web('exit', '3'));
    const { performed } = await play(world, work, {
      around: (engine) => ({
        ...engine,
        stopContainer: async (id, grace) => {
          await engine.stopContainer(id, grace);
          world.portsTaken.add(3001);
        },
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_PORT_TAKEN' } });
    expect((performed as Performed).error?.message).toContain('the container before it is back, but');
    expect(listed(world)).toEqual(['demo.web exited run-1']);
  });

  it('tells what could not be removed after the new one works', async () => {
    const world = await withWeb();
    const { performed } = await play(world, await plan(world, web('serve', 'better')), {
      around: (engine) => ({
        ...engine,
        removeContainer: () => Promise.reject(new McpformError('ENGINE_FAILED', 'device or resource busy')),
      }),
    });
    expect(performed).toMatchObject({ result: 'done', findings: [{ severity: 'warning' }] });
    expect(listed(world)).toEqual(['demo.web running run-2', 'demo.web.run-2.spent exited run-1']);
  });

  it('says so when the old one is gone once it is stopped', async () => {
    const world = await withWeb();
    const { performed } = await play(world, await plan(world, web('exit', '3')), {
      around: (engine) => ({
        ...engine,
        stopContainer: async (id) => {
          world.containers.delete(id);
        },
      }),
    });
    expect(performed).toMatchObject({ result: 'failed', error: { code: 'ENGINE_CONTAINER' } });
    expect((performed as Performed).error?.message).toContain('the container before it is gone');
    expect('isOpen' in performed).toBe(false);
    expect(listed(world)).toEqual([]);
  });
});
