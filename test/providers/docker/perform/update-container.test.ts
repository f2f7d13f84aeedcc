import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../../src/model/error.ts';
import type { Health } from '../../../../src/model/health.ts';
import type { Performed } from '../../../../src/model/provider.ts';
import { containerOf } from '../../../support/container-spec.ts';
import { effects, withWeb } from './expect.ts';
import { called, listed } from './fake-world.ts';
import { web, webWith } from './scenarios.ts';
import { plan, play } from './stage.ts';

describe('changing a container where it is', () => {
  it('puts back what was changed before something failed', async () => {
    const world = await withWeb();
    called(world, 'demo.web').status = 'exited';
    world.portsTaken.add(3001);
    const wanted = webWith({ restart: 'always' }, 'serve');
    const { performed, calls } = await play(world, await plan(world, wanted));
    expect(performed).toMatchObject({ result: 'rolledBack', error: { code: 'ENGINE_PORT_TAKEN' } });
    expect(effects(calls)).toEqual(['updateContainer', 'startContainer', 'updateContainer']);
    expect(called(world, 'demo.web').hostConfig.RestartPolicy?.Name).toBe('no');
    expect(listed(world)).toEqual(['demo.web exited run-1']);
  });

  it('stops what it started and what does not work', async () => {
    const world = await withWeb();
    called(world, 'demo.web').status = 'exited';
    const gate = async (): Promise<Health> => ({ state: 'unhealthy', latencyMs: {} });
    const { performed } = await play(world, await plan(world, web('serve'), { gate }));
    expect(performed).toMatchObject({ result: 'rolledBack', error: { code: 'ENGINE_CONTAINER' } });
    expect(listed(world)).toEqual(['demo.web exited run-1']);
  });

  it.each([
    ['paused', 'unpauseContainer'],
    ['exited', 'startContainer'],
    ['created', 'startContainer'],
    ['restarting', 'restartContainer'],
  ] as const)('has a %s one run by %s', async (status, call) => {
    const world = await withWeb();
    called(world, 'demo.web').status = status;
    const { calls } = await play(world, await plan(world, web('serve')));
    expect(effects(calls)).toEqual([call]);
    expect(listed(world)).toEqual(['demo.web running run-1']);
  });

  it('sends memory and swap in one call, with whatever else is limited', async () => {
    const world = await withWeb();
    const limits = { ...containerOf().limits, memoryBytes: 64 << 20, nanoCpus: 5e8 };
    const { calls } = await play(world, await plan(world, webWith({ limits }, 'serve')));
    expect(effects(calls)).toEqual(['updateContainer']);
    expect(calls.find(({ name }) => name === 'updateContainer')?.args[1]).toEqual({
      Memory: 64 << 20,
      MemorySwap: 128 << 20,
      NanoCpus: 5e8,
    });
  });

  it.each([
    ['start', 'task 398e: already exists'],
    ['restart', 'failed to create task for container: task 398e: already exists'],
  ])('makes a new one where the engine cannot %s the old one again', async (verb, words) => {
    const world = await withWeb();
    called(world, 'demo.web').status = verb === 'start' ? 'exited' : 'restarting';
    const { performed } = await play(world, await plan(world, web('serve')), {
      faults: ({ name, args }) =>
        name === `${verb}Container` && args[0] === [...world.containers.keys()][0]
          ? { kind: 'refused', error: new McpformError('ENGINE_FAILED', words) }
          : null,
    });
    expect(performed).toMatchObject({ result: 'done' });
    expect(listed(world)).toEqual(['demo.web running run-2']);
  });
});

describe('a port that is taken', () => {
  const words = 'driver failed: Bind for 127.0.0.1:3001 failed: port is already allocated';

  it.each([
    ['by a container', [{ PublicPort: 3001 }], 'container "theirs" has it'],
    ['by nobody, for an engine that was killed', [], 'restart the engine'],
  ])('says what to do: %s', async (_who, Ports, hint) => {
    const world = await withWeb();
    called(world, 'demo.web').status = 'exited';
    const { performed } = await play(world, await plan(world, web('serve')), {
      around: (engine) => ({
        ...engine,
        startContainer: () => Promise.reject(new McpformError('ENGINE_PORT_TAKEN', words)),
        listContainers: async () => [{ Id: 'x', Names: ['/theirs'], Ports }],
      }),
    });
    expect(performed).toMatchObject({ error: { code: 'ENGINE_PORT_TAKEN', message: words } });
    expect((performed as Performed).error?.hint).toContain(hint);
  });
});
