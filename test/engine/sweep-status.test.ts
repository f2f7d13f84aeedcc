import { describe, expect, it } from 'vitest';
import { leakedInTime } from '../../src/engine/sweep-status.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { BOTH } from '../launch/docker/recorded.ts';
import { sweepWorld } from './sweep-world.ts';

const stack = (kind: string): Pick<Manifest, 'servers'> =>
  ({ servers: [{ runtime: { kind } }] }) as unknown as Pick<Manifest, 'servers'>;

const launch = (record: object): Record<string, string> => ({
  '/data/launches/x-00.json': '{ broken',
  '/data/launches/y-00.json': JSON.stringify({ record }),
  '/data/launches/y-00.tree': '',
});

describe('leaked containers in status', () => {
  it.each([
    ['packages alone', 'package', launch({ pin: {} })],
    ['commands alone', 'command', {}],
  ])('are not asked for with %s', async (_what, kind, tree) => {
    const { engine, ctx, system } = sweepWorld(tree);
    system.clock.holdsSleepers = true;
    expect(await leakedInTime(stack(kind), ctx)).toEqual({ leaked: null, findings: [] });
    expect(engine.docker.asked).toEqual([]);
  });

  it.each([
    ['an image in the manifest', 'image', {}],
    ['an image that an apply has prepared', 'command', launch({ container: {} })],
  ])('are listed with %s', async (_what, kind, tree) => {
    const { engine, ctx, system } = sweepWorld(tree);
    system.clock.holdsSleepers = true;
    const id = engine.addOurs('a');
    engine.addOurs('b', { machineId: 'd'.repeat(32) });
    engine.add('c', { image: 'mcp/github' });
    const { leaked, findings } = await leakedInTime(stack(kind), ctx);
    expect(leaked?.map((each) => each.id)).toEqual([id]);
    expect(findings).toEqual([]);
    expect(engine.docker.asked.every(({ timeoutMs = 0 }) => timeoutMs <= 2000)).toBe(true);
  });

  it('are unknown without an engine, which is said', async () => {
    const { engine, ctx, system } = sweepWorld();
    system.clock.holdsSleepers = true;
    engine.fault = () => ({ exitCode: 1, stderr: BOTH.noEngine });
    const { leaked, findings } = await leakedInTime(stack('image'), ctx);
    expect(leaked).toBeNull();
    expect(findings).toEqual([
      {
        code: 'ENGINE_UNAVAILABLE',
        severity: 'warning',
        message: expect.stringMatching(/^containers that are left behind are not known: /),
        hint: expect.stringContaining('start the engine'),
      },
    ]);
  });

  it('are unknown after two seconds, also when the program does not end', async () => {
    const { ctx, system } = sweepWorld();
    system.clock.holdsSleepers = true;
    const never = { ...system.processes, run: () => new Promise<never>(() => undefined) };
    const asked = leakedInTime(stack('image'), { ...ctx, system: { ...system, processes: never } });
    await system.clock.advance(2000);
    expect(await asked).toMatchObject({
      leaked: null,
      findings: [{ code: 'ENGINE_TIMEOUT', message: expect.stringContaining('within 2 s') }],
    });
  });
});
