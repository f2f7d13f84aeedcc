import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Condition, ConditionType } from '../../src/model/loop.ts';
import { startEngine } from '../support/engine.ts';
import { type RunningLoop, startLoop } from '../support/running-loop.ts';
import { makeStackWorld, type StackWorld } from './support/stack-world.ts';

const ADDRESS = 'docker/container/web';
const NAME = 'tools.web';
const WITHIN = { timeout: 40_000, interval: 50 };

describe('a running loop and a container', () => {
  let world: StackWorld;
  let loop: RunningLoop;

  beforeAll(async () => {
    world = await makeStackWorld(() => startEngine({ version: 'debian', store: 'overlay2' }));
  }, 120_000);
  afterAll(() => world?.remove());
  beforeEach(() => world.reset());
  afterEach(() => loop?.stop());

  async function begin(server: JsonObject, ...args: readonly string[]): Promise<void> {
    await world.write(stackOf(server));
    await world.expectExit(0, ['lock']);
    loop = await startLoop(world.home, { args: ['--interval', '1h', ...args], env: world.env });
    expect(loop.passes[0]).toMatchObject({ result: 'applied' });
  }

  function stackOf(server: JsonObject): JsonObject {
    const web = {
      image: world.busybox.tagged,
      platform: 'linux/amd64',
      transport: 'http',
      port: 3001,
      stopSignal: 'KILL',
      ...server,
    };
    return { servers: { web }, volumes: { data: { protect: false } } };
  }

  const look = () => world.run(['reconcile', '--now']);
  const stateOf = async () => (await world.engine.ask('GET', `/containers/${NAME}/json`)).body.State;
  const conditionOf = (wanted: ConditionType): Condition | undefined =>
    loop.conditions.findLast(({ type }) => type === wanted);

  it('restarts it when it was unhealthy for long enough, and leaves it after so many attempts', async () => {
    await begin(
      {
        entrypoint: ['sleep'],
        args: ['100000'],
        security: { user: '0:0' },
        volumes: ['data:/data'],
        health: {
          command: ['/bin/sh', '-c', 'test ! -e /data/sick'],
          interval: '300ms',
          timeout: '5s',
          retries: 1,
          startPeriod: '100ms',
        },
      },
      ...['--restart-after', '2', '--restart-delay', '2s', '--restart-attempts', '2'],
    );
    const first = await stateOf();
    await world.engine.docker(['exec', NAME, 'touch', '/data/sick']);
    const sick = () => loop.passes.at(-1)?.held[ADDRESS];
    await expect.poll(sick, WITHIN).toBe('restarting');
    expect((await stateOf()).StartedAt).toBe(first.StartedAt);
    for (let pass = 0; pass < 3; pass += 1) await look();
    expect(conditionOf('Healthy')).toMatchObject({ status: 'False' });
    const status = async () => (await world.expectExit(0, ['status'])).stdout.replace(/\s+/g, ' ');
    await expect.poll(status, WITHIN).toContain('restarted often enough, and left as it is');
    const tried = loop.passes.filter(({ failures }) => failures?.[ADDRESS] !== undefined);
    const [firstMs = 0, secondMs = 0] = tried.map(({ startedAt }) => Date.parse(startedAt));
    expect(tried).toHaveLength(2);
    expect(secondMs - firstMs).toBeGreaterThanOrEqual(2_000);
    const last = await stateOf();
    expect(last.StartedAt).not.toBe(first.StartedAt);
    for (let pass = 0; pass < 2; pass += 1) await look();
    expect((await stateOf()).StartedAt).toBe(last.StartedAt);
    // It is well again by itself.
    await world.engine.docker(['exec', NAME, 'rm', '/data/sick']);
    await expect.poll(stateOf, WITHIN).toMatchObject({ Health: { Status: 'healthy' } });
    await look();
    expect(conditionOf('Healthy')).toMatchObject({ status: 'True' });
    expect((await stateOf()).StartedAt).toBe(last.StartedAt);
  }, 120_000);

  it('gives up one that somebody keeps stopping, stays silent, and goes on when it is told to', async () => {
    await begin(QUIET);
    const stop = () => world.engine.docker(['stop', NAME]);
    const isPutBack = (pass: number) => loop.passes.slice(pass).some(({ corrected }) => corrected.length > 0);
    for (let time = 0; time < 3; time += 1) {
      const before = loop.passes.length;
      await stop();
      await expect.poll(() => isPutBack(before), WITHIN).toBe(true);
    }
    expect(conditionOf('Contended')).toMatchObject({ status: 'True', reason: 'Fighting' });
    await stop();
    await expect.poll(() => loop.passes.at(-1)?.held[ADDRESS], WITHIN).toBe('contended');
    await wait(1_000);
    const before = loop.passes.length;
    await wait(2_000);
    expect(loop.passes.length).toBe(before);
    expect(await stateOf()).toMatchObject({ Status: 'exited' });
    await world.expectExit(0, ['resume', ADDRESS]);
    await expect.poll(stateOf, WITHIN).toMatchObject({ Status: 'running' });
    await expect.poll(() => conditionOf('Contended'), WITHIN).toMatchObject({ status: 'False' });
  }, 120_000);

  it.each([
    ['an old one that does not want to end', STUBBORN, { ...STUBBORN, env: { LEVEL: '2' } }],
    ['a new one that does not get well', QUIET, { ...QUIET, health: NEVER }],
  ])(
    'ends within five seconds although a pass waits for %s, and the next loop settles that',
    async (...row) => {
      const [, before, after] = row;
      await begin(before);
      await world.write(stackOf(after));
      const asked = look();
      await expect.poll(async () => Object.keys(await world.containers()), WITHIN).toHaveLength(2);
      await wait(500);
      const { exitCode, tookMs } = await loop.stop();
      expect(exitCode).toBe(130);
      expect(tookMs).toBeLessThan(5_000);
      await asked;
      await world.write(stackOf(before));
      await world.expectExit(0, ['reconcile', '--once']);
      expect(await world.planned()).toEqual([]);
      expect(await world.containers()).toEqual({ [NAME]: 'running' });
    },
    60_000,
  );

  it('makes its own again where somebody made another one in the middle of a replacement', async () => {
    await begin(QUIET);
    await world.write(stackOf({ ...QUIET, env: { LEVEL: '2' }, health: NEVER }));
    const asked = look();
    await expect.poll(async () => Object.keys(await world.containers()), WITHIN).toHaveLength(2);
    await world.write(stackOf(QUIET));
    await world.engine.docker(['rm', '--force', NAME]);
    const theirs = ['--stop-signal=KILL', '--name', NAME, world.busybox.pinned, 'sleep', '1000'];
    await world.engine.docker(['run', '--detach', ...theirs]);
    await asked;
    await expect.poll(() => world.planned(), WITHIN).toEqual([]);
    await expect.poll(() => world.containers(), WITHIN).toEqual({ [NAME]: 'running' });
  }, 120_000);
});

const QUIET: JsonObject = { entrypoint: ['sleep'], args: ['100000'], health: { disabled: true } };
/** Longer than a loop that is to end waits. */
const STUBBORN: JsonObject = {
  ...QUIET,
  entrypoint: ['/bin/sh', '-c'],
  args: ['trap "" TERM; while true; do sleep 1; done'],
  stopSignal: 'TERM',
  stopTimeout: '8s',
};
const NEVER: JsonObject = { command: ['/bin/false'], interval: '1s', startPeriod: '1m' };
