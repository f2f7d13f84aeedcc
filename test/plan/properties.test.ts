import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestWhole } from '../../src/model/leaves.ts';
import type { Step } from '../../src/model/plan.ts';
import { withinApproval } from '../../src/plan/within-approval.ts';
import { renderPlanJson } from '../../src/report/plan-json.ts';
import { applyInMemory } from './apply-in-memory.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { digest, ownershipDigest, planOf, type World } from './world.ts';

const runs = { numRuns: 600 };

const shuffled = (world: World): fc.Arbitrary<World> =>
  fc
    .record({
      desired: order(world.desired ?? []),
      observed: order(world.observed ?? []),
      entries: order(world.entries ?? []),
      disabled: order(world.disabled ?? []),
      moved: order(world.moved ?? []),
      shared: order(Object.entries(world.shared ?? {})).map((pairs) => Object.fromEntries(pairs)),
    })
    .map((parts) => ({ ...world, ...parts }));

function order<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

describe('any plan', () => {
  it('has the same bytes whatever the order of its input', () => {
    const worlds = arbitraryWorld.chain((world) => fc.tuple(fc.constant(world), shuffled(world)));
    fc.assert(
      fc.property(worlds, ([world, other]) => {
        expect(renderPlanJson(planOf(other))).toBe(renderPlanJson(planOf(world)));
      }),
      runs,
    );
  });

  it('leaves nothing to do once it is applied, but for conflicts', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const after = applyInMemory(world, planOf(world));
        const left = planOf(after).steps.filter((step) => step.action !== 'conflict');
        expect(left).toEqual([]);
      }),
      runs,
    );
  });

  it('counts what it has', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const { steps, unchanged, summary } = planOf(world);
        const total = Object.values(summary).reduce((sum, number) => sum + number, 0);
        expect(total).toBe(steps.length + unchanged.length);
        expect(new Set([...steps.map(({ address }) => address), ...unchanged]).size).toBe(total);
      }),
      runs,
    );
  });

  it('lists every step after those it needs, and what leaves last', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const { steps } = planOf(world);
        const position = new Map(steps.map(({ address }, index) => [address, index]));
        for (const [index, step] of steps.entries()) {
          for (const need of step.needs) expect(position.get(need)).toBeLessThan(index);
        }
        const leaves = steps.map(({ action }) => action === 'delete' || action === 'forget');
        const stays = steps.map(({ server }) => server !== undefined);
        expect(leaves.indexOf(true) === -1 || leaves.indexOf(true) > stays.lastIndexOf(true)).toBe(true);
      }),
      runs,
    );
  });

  it('deletes only what is, as a whole, what we wrote', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        for (const step of planOf(world).steps) {
          if (step.action === 'delete') expect(isPristine(step, world)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('touches nothing that is not ours, unless told to take it over', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const ours = new Set([
          ...(world.entries ?? []).filter(({ place }) => !place.isShared).map(({ place }) => place.key),
          ...Object.keys(world.shared ?? {}).map((address) => keyOf(world, address)),
        ]);
        for (const step of planOf(world).steps) {
          const isThere = world.observed?.some(({ place }) => place.key === step.place.key) ?? false;
          if (!isThere || ours.has(step.place.key) || isAsWrittenBefore(step, world)) continue;
          const isTaken = step.because === 'taken-over';
          expect(isTaken || ['adopt', 'conflict', 'forget'].includes(step.action), step.action).toBe(true);
        }
      }),
      runs,
    );
  });
});

describe('an approval', () => {
  it('covers the plan that it is', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        expect(withinApproval(planOf(world), planOf(world))).toEqual([]);
      }),
      runs,
    );
  });

  it('covers what is left when any part of it was done', () => {
    const worlds = fc.tuple(arbitraryWorld, fc.func(fc.boolean()));
    fc.assert(
      fc.property(worlds, ([world, chosen]) => {
        const approved = planOf(world);
        fc.pre(!approved.findings.some(({ code }) => code.startsWith('PLAN_MOVED_')));
        const done = new Set<string>();
        const partly = applyInMemory(world, approved, (step) => {
          const isDone = step.needs.every((need) => done.has(need)) && chosen(step.address);
          if (isDone) done.add(step.address);
          return isDone;
        });
        const findings = withinApproval(approved, planOf(partly)).map(({ message }) => message);
        expect(findings).toEqual([]);
      }),
      runs,
    );
  });
});

function keyOf(world: World, address: string): string | undefined {
  const entry = world.entries?.find((known) => known.address === address);
  const resource = world.desired?.find(({ desired }) => desired.address === address);
  return (entry ?? resource)?.place.key;
}

function isPristine(step: Step, world: World): boolean {
  const observed = world.observed?.find(({ place }) => place.key === step.place.key);
  const lock = world.shared?.[step.address];
  if (observed === undefined) return false;
  if (lock !== undefined && step.place.isShared) return lock.digest === ownershipDigest(observed.attributes);
  const known = world.entries?.find(({ address }) => address === step.address);
  return known?.whole === digestWhole(observed.attributes, digest);
}

/** The inventory alone counts in shared places only for an object that is byte for byte what we wrote. */
function isAsWrittenBefore(step: Step, world: World): boolean {
  const observed = world.observed?.find(({ place }) => place.key === step.place.key);
  return world.entries?.some(
    ({ whole }) => observed !== undefined && whole === digestWhole(observed.attributes, digest),
  ) as boolean;
}
