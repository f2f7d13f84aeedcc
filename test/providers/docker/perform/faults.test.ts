import { describe, expect, it } from 'vitest';
import { McpformError } from '../../../../src/model/error.ts';
import type { Performed } from '../../../../src/model/provider.ts';
import { digest } from '../../claude-code/world.ts';
import { isAs, isEither } from './crashes.ts';
import { type FakeWorld, listed } from './fake-world.ts';
import { type Call, type Fault, hasEffect } from './faulty-engine.ts';
import { ALL_OR_NOTHING, type Scenario, set } from './scenarios.ts';
import { play, playRecovery } from './stage.ts';
import { beginOf } from './works.ts';

const REFUSED: Fault = { kind: 'refused', error: new McpformError('ENGINE_FAILED', 'docker would not') };

async function prepare(scenario: Scenario) {
  const start = await set(scenario);
  const work = await scenario.step(start);
  const { calls } = await play(structuredClone(start), work);
  return { start, work, begin: beginOf(work, digest), calls: calls.filter(hasEffect) };
}

describe.each(ALL_OR_NOTHING)('an engine that refuses one call, while it is to $name', (scenario) => {
  it('has everything as before, or all done, and says which', async () => {
    const { start, work, calls } = await prepare(scenario);
    const broken: string[] = [];
    for (const { n, name } of calls) {
      const world = structuredClone(start);
      const faults = (call: Call): Fault | null => (call.n === n ? REFUSED : null);
      const { performed } = await play(world, work, { faults });
      const trouble = wrong(performed as Performed, world, scenario);
      if (trouble !== null) broken.push(`${name} (${n}): ${trouble}, ${listed(world).join(', ')}`);
    }
    expect(broken).toEqual([]);
  });

  it('and whatever comes after it, is open where it can be neither, and recovered', async () => {
    const { start, work, begin, calls } = await prepare(scenario);
    const broken: string[] = [];
    for (const { n, name } of calls) {
      for (let more = 1; more <= 6; more += 1) {
        const world = structuredClone(start);
        const faults = (call: Call): Fault | null =>
          call.n >= n && call.n < n + more && hasEffect(call) ? REFUSED : null;
        const { performed } = await play(world, work, { faults });
        const isOpen = (performed as Performed).isOpen === true;
        await playRecovery(world, begin);
        const trouble = isOpen ? await isEither(world, scenario, begin) : null;
        if (trouble !== null) broken.push(`${name} (${n} and ${more} more): ${trouble}`);
      }
    }
    expect(broken).toEqual([]);
  });
});

function isDone(world: FakeWorld, { after }: Scenario): boolean {
  if (after === null) return false;
  // What could not be removed after the commit is told, and in nobody's way.
  for (const [id, { name }] of world.containers) if (name.endsWith('.spent')) world.containers.delete(id);
  return isAs(world, after);
}

function wrong(performed: Performed, world: FakeWorld, scenario: Scenario): string | null {
  const { result, isOpen, error, findings } = performed;
  const isLeft = listed(world).some((line) => line.includes('.spent '));
  if (isLeft && findings.length === 0) return 'what is left was not told';
  if (result === 'done') return isDone(world, scenario) ? null : 'said to be done';
  // Where nothing could come of it anyhow, it was putting back that was refused.
  if (isOpen === true) return scenario.after === null ? null : 'left open';
  if (isAs(world, scenario.before) || /is back, but/.test(error?.message ?? '')) return null;
  return `said to be ${result}`;
}

describe.each(ALL_OR_NOTHING)('an engine that is gone while it is to $name', (scenario) => {
  it('leaves the step open, unless nothing was done, and is recovered when it is back', async () => {
    const { start, work, begin, calls } = await prepare(scenario);
    const broken: string[] = [];
    for (const { n, name } of calls) {
      for (const call of ['lost', 'done'] as const) {
        const world = structuredClone(start);
        const faults = (asked: Call): Fault | null => (asked.n === n ? { kind: 'down', call } : null);
        const { performed } = await play(world, work, { faults });
        const { result, isOpen } = performed as Performed;
        const when = `${name} (${n}) ${call}`;
        if (result === 'done') broken.push(`${when}: done`);
        if (isOpen !== true && !isAs(world, scenario.before)) broken.push(`${when}: ${result}, not open`);
        await playRecovery(world, begin);
        const trouble = await isEither(world, scenario, begin);
        if (trouble !== null) broken.push(`${when}: ${trouble}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
