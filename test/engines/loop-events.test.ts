import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Wake, WakeSource } from '../../src/loop/model.ts';
import { engineWakes } from '../../src/loop/wake/engine-wakes.ts';
import type { ContainerRequest } from '../../src/providers/docker/api.ts';
import type { Engine } from '../../src/providers/docker/engine.ts';
import { watchEngine } from '../../src/providers/docker/watch-engine.ts';
import { realContext } from '../support/real-context.ts';
import { CONNECTION_KINDS, type ConnectionWorld, makeConnectionWorld } from './connection-world.ts';

/** Longer than Podman is late. */
const QUIET_MS = 700;
const ours: Partial<ContainerRequest> = { Labels: { 'dev.mcpform.stack': 'tools' } };
const others: Partial<ContainerRequest> = { Labels: { 'dev.mcpform.stack': 'other' } };
/** A container that a client started. */
const launched: Partial<ContainerRequest> = {
  Labels: { 'dev.mcpform.stack': 'tools', 'dev.mcpform.launch': 'direct' },
};

describe.each(CONNECTION_KINDS)('what happens on $name', (kind) => {
  describe.runIf(kind.canRun())('to a stack', () => {
    let world: ConnectionWorld;
    let engine: Engine;
    let source: WakeSource;
    let wakes: Wake[];
    let streams: number;
    let web: string;
    beforeAll(async () => {
      world = await makeConnectionWorld(kind);
      engine = world.engine;
    }, 300_000);
    afterAll(() => world?.remove());
    beforeEach(async () => {
      web = await world.run('tools.web', ours);
      wakes = [];
      streams = 0;
      const ctx = realContext(world.home, world.bed.env);
      source = engineWakes('tools', ctx, async (context, own) => {
        const watched = await watchEngine(context, own);
        return {
          ...watched,
          events: async (signal) => {
            streams += 1;
            return await watched.events(signal);
          },
        };
      });
      await source.start((wake) => wakes.push(wake));
      await settle();
      await expect.poll(() => streams).toBe(1);
      await wait(100);
    });
    afterEach(async () => {
      await source.close();
      const left = await engine.listContainers();
      await Promise.all(left.map(({ Id }) => engine.removeContainer(Id, { force: true })));
    });

    const settle = (more: { written?: readonly string[] } = {}) =>
      source.settle({ files: [], engines: [null], ...more });

    /** Returns how long it took from when the engine said that it was done. */
    async function expectWake(): Promise<number> {
      const startedMs = performance.now();
      await expect
        .poll(() => wakes, { interval: 5, timeout: 1_000 })
        .toContainEqual({ kind: 'engine', engine: 'docker' });
      return performance.now() - startedMs;
    }

    async function expectQuiet(): Promise<void> {
      await wait(QUIET_MS);
      expect(wakes).toEqual([]);
    }

    it.each<[string, () => Promise<unknown>]>([
      ['killed', () => engine.killContainer(web)],
      ['stopped', () => engine.stopContainer(web, 1)],
      ['paused', () => engine.pauseContainer(web)],
      ['removed', () => engine.removeContainer(web, { force: true })],
      ['renamed', () => engine.renameContainer(web, 'elsewhere')],
      ['created by hand with our label', () => world.create('by-hand', ours)],
      ['created by hand with a name of ours', () => world.create('tools.db')],
    ])('wakes within a second when a container is %s', async (_, change) => {
      await change();
      await expectWake();
    });

    it('wakes when a volume is removed', async () => {
      const Labels = { 'dev.mcpform.stack': 'tools' };
      await engine.createVolume({ Name: 'tools.data', Driver: 'local', DriverOpts: {}, Labels });
      await settle();
      wakes.length = 0;
      await engine.removeVolume('tools.data');
      await expectWake();
    });

    // Podman 4 says nothing of networks that are removed, and cannot change limits: the next pass finds what it can.
    if (!kind.isPodman) {
      it('wakes when a network or limits are changed', async () => {
        const id = await engine.createNetwork({
          Name: 'tools.inner',
          Driver: 'bridge',
          Internal: false,
          EnableIPv6: false,
          Options: {},
          Labels: { 'dev.mcpform.stack': 'tools' },
        });
        await engine.connectNetwork(id, web, []);
        const memory = 64 * 1024 * 1024;
        for (const change of [
          () => engine.updateContainer(web, { Memory: memory, MemorySwap: memory }),
          () => engine.disconnectNetwork(id, web),
          () => engine.removeNetwork(id),
        ]) {
          await settle();
          wakes.length = 0;
          await change();
          await expectWake();
        }
      });
    }

    it('wakes nobody for what a pass did, other stacks, clients and health', async () => {
      await source.hold?.();
      await engine.stopContainer(web, 1);
      await engine.removeContainer(web, { force: true });
      web = await world.run('tools.web', ours);
      await engine.restartContainer(web, 1);
      await settle({ written: ['docker'] });
      const other = await world.run('other.web', others);
      await engine.killContainer(other);
      const stdio = await world.run('stdio', launched);
      await engine.removeContainer(stdio, { force: true });
      await world.bed.docker(['exec', web, 'true']);
      await expectQuiet();
      expect(streams).toBe(1);
    });

    it('wakes for what others did during a pass that did not touch the engine', async () => {
      await source.hold?.();
      await engine.killContainer(web);
      await wait(QUIET_MS);
      expect(wakes).toEqual([]);
      await settle({ written: [] });
      await expectWake();
      wakes.length = 0;
      await source.hold?.();
      await settle({ written: [] });
      await expectQuiet();
    });

    it('makes few wakes of many changes', async () => {
      for (let n = 0; n < 30; n++) {
        await engine.renameContainer(web, 'tools.other');
        await engine.renameContainer(web, 'tools.web');
      }
      await wait(QUIET_MS);
      // One for each of two states at each look.
      expect(wakes.length).toBeLessThanOrEqual(30);
      expect(streams).toBe(1);
    });

    it('notices within moments', async () => {
      const took: number[] = [];
      for (let n = 0; n < 30; n++) {
        await settle();
        // The rest after the look before.
        await wait(400);
        wakes.length = 0;
        await engine.renameContainer(web, `tools.web-${n}`);
        took.push(await expectWake());
      }
      took.sort((a, b) => a - b);
      const [p50 = 0, p95 = 0] = [took[14], took[28]];
      console.info(
        `${kind.name}: from a change to the wake p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms of 30`,
      );
      expect(p50).toBeLessThan(500);
    });

    it('listens again to an engine that was gone, and says that what ran does not', async () => {
      await world.bed.kill9();
      await wait(QUIET_MS);
      expect(wakes).toEqual([]);
      await world.bed.restart();
      await expect.poll(() => streams, { timeout: 30_000 }).toBeGreaterThan(1);
      await wait(QUIET_MS);
      const isRunning = (await engine.inspectContainer(web))?.State.Running === true;
      expect(wakes.length).toBe(isRunning ? 0 : 1);
      await settle();
      wakes.length = 0;
      await world.create('by-hand', ours);
      await expectWake();
    });
  });
});
