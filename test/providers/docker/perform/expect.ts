import { expect } from 'vitest';
import type { Performed, Work } from '../../../../src/model/provider.ts';
import { emptyWorld, type FakeWorld, listed } from './fake-world.ts';
import { type Call, hasEffect } from './faulty-engine.ts';
import { web } from './scenarios.ts';
import { type Playing, plan, play } from './stage.ts';

export async function done(world: FakeWorld, work: Work): Promise<Performed> {
  const { performed } = await play(world, work);
  expect(performed).toMatchObject({ result: 'done' });
  return performed as Performed;
}

/** An engine with `demo.web`, made by `run-1`, that serves. */
export async function withWeb(): Promise<FakeWorld> {
  const world = emptyWorld();
  await done(world, await plan(world, web('serve'), { operation: 'run-1' }));
  return world;
}

/** Refused, and the engine was asked for nothing that changes something. */
export async function expectRefused(
  world: FakeWorld,
  work: Work,
  code: string,
  playing: Playing = {},
): Promise<Performed> {
  const before = listed(world);
  const { performed, calls } = await play(world, work, playing);
  expect(performed).toMatchObject({ result: 'failed', error: { code } });
  expect('isOpen' in performed).toBe(false);
  expect(effects(calls)).toEqual([]);
  expect(listed(world)).toEqual(before);
  return performed as Performed;
}

/** The names of the calls that change something. */
export function effects(calls: readonly Call[]): readonly string[] {
  return calls.filter(hasEffect).map(({ name }) => name);
}
