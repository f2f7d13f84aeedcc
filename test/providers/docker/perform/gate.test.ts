import { describe, expect, it } from 'vitest';
import type { Gate, Health } from '../../../../src/model/health.ts';
import type { Performed } from '../../../../src/model/provider.ts';
import { called, emptyWorld, type FakeWorld, listed } from './fake-world.ts';
import { web, webWith } from './scenarios.ts';
import { contextBeside, plan, play } from './stage.ts';

const healthy: Health = { state: 'healthy', latencyMs: {} };

describe('a gate', () => {
  const gated = async (
    gate: Gate,
    args: readonly string[] = ['serve'],
  ): Promise<readonly [Performed, FakeWorld]> => {
    const world = emptyWorld();
    const { performed } = await play(world, await plan(world, web(...args), { gate }));
    return [performed as Performed, world];
  };

  it.each(['healthy', 'unauthorized'] as const)('that finds it %s lets it stay', async (state) => {
    const [performed, world] = await gated(async () => ({ ...healthy, state }));
    expect(performed.result).toBe('done');
    expect(listed(world)).toEqual(['demo.web running run-2']);
  });

  it('that finds it unhealthy has it removed, and its words are the failure', async () => {
    const failure = { code: 'HEALTH_STATUS', message: 'no', hint: 'look', detail: ['line'] } as const;
    const [performed, world] = await gated(async () => ({ ...healthy, state: 'unhealthy', failure }));
    expect(performed).toMatchObject({ result: 'failed', observed: null, error: failure });
    expect(listed(world)).toEqual([]);
  });

  it('hears that it ended, how, and what it wrote', async () => {
    let heard: unknown = null;
    await gated(
      async ({ ended, lastLines, probe }) => {
        heard = [await ended, await lastLines(), probe];
        return { ...healthy, state: 'unhealthy' };
      },
      ['exit', '3'],
    );
    expect(heard).toEqual(['stopped right after it started, with exit code 3', ['ran exit 3'], undefined]);
  });

  it('hears of one that an engine starts again and again', async () => {
    let heard: unknown = null;
    await gated(
      async ({ ended }) => {
        heard = await ended;
        return { ...healthy, state: 'unhealthy' };
      },
      ['crash', '4'],
    );
    expect(heard).toBe('stopped right after it started, with exit code 4');
  });

  it.each(['paused', 'running'] as const)(
    'hears of one that somebody paused, unless it is %s soon',
    async (then) => {
      const world = emptyWorld();
      let heard: unknown = null;
      const gate: Gate = async ({ ended }, { system }) => {
        called(world, 'demo.web').status = 'paused';
        await system.clock.sleep(1_000);
        called(world, 'demo.web').status = then;
        const soon = async (): Promise<void> => {
          for (let look = 0; look < 80; look += 1) await system.clock.sleep(250);
        };
        heard = await Promise.race([ended, soon()]);
        return healthy;
      };
      await play(world, await plan(world, web('serve'), { gate }));
      expect(heard).toBe(then === 'paused' ? 'was paused by somebody' : undefined);
    },
  );

  it('that runs into a bug leaves nothing that is not looked at again', async () => {
    const world = emptyWorld();
    const gate = (): Promise<Health> => Promise.reject(new Error('a bug'));
    const { performed } = await play(world, await plan(world, web('serve'), { gate }));
    expect(performed).toMatchObject({ message: 'a bug' });
  });

  it('goes on when the run is interrupted', async () => {
    const world = emptyWorld();
    const stop = new AbortController();
    const ctx = { ...contextBeside(world).ctx, signal: stop.signal };
    const gate: Gate = async (_started, { signal }) => {
      stop.abort();
      signal.throwIfAborted();
      return healthy;
    };
    const { performed } = await play(world, await plan(world, web('serve'), { gate }), { ctx });
    expect(performed).toMatchObject({ result: 'done' });
  });

  it.each([
    ['serve', { state: 'healthy' }],
    ['sick', { state: 'unhealthy', failure: { code: 'HEALTH_COMMAND', detail: ['no'] } }],
  ])('reads the check that the engine makes: %s', async (program, expected) => {
    const world = emptyWorld();
    const health = { intervalMs: 1000, timeoutMs: 1000, retries: 3, startPeriodMs: 0 };
    const desired = webWith({
      args: [program],
      health: { kind: 'command', command: ['true'], ...health },
    });
    let seen: unknown = null;
    const gate: Gate = async ({ probe }, ctx) => {
      seen = await probe?.(ctx);
      return healthy;
    };
    await play(world, await plan(world, desired, { gate }));
    expect(seen).toMatchObject(expected);
  });
});

describe('without a gate', () => {
  it('what ends at once is told with its exit code and what it wrote, without what it was given', async () => {
    const world = emptyWorld();
    const env = { API_TOKEN: 'hunter2hunter2' };
    const desired = webWith({ env }, 'exit', '3', 'hunter2hunter2');
    const { performed } = await play(world, await plan(world, desired));
    expect(performed).toMatchObject({
      result: 'failed',
      observed: null,
      error: {
        code: 'ENGINE_CONTAINER',
        message: 'the container of "docker/container/web" stopped right after it started, with exit code 3',
        detail: ['ran exit 3 **************'],
      },
    });
    expect(listed(world)).toEqual([]);
  });
});
