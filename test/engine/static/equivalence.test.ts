import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/plan.ts';
import { arbitraryPair, arbitraryStack } from './arbitrary-stack.ts';
import { machine } from './machine.ts';
import { planOf, revision } from './texts.ts';

/** What a plan does, without what names one machine. */
function meaning({ steps, unchanged }: Plan) {
  return {
    steps: steps.map(({ address, action, because, needs, previousAddress, blockedBy, secrets, ...step }) => ({
      ...{ address, action, because, needs, previousAddress, blockedBy },
      isDestructive: step.isDestructive,
      pin: step.pin,
      secrets: secrets.map(({ locator, pointer, isNew }) => [locator, pointer, isNew]),
      pointers: step.paths
        .filter(({ pointer }) => !/^\/(?:launch|lifecycle)\//.test(pointer))
        .map(({ pointer, cause, forcesReplacement }) => [pointer, cause, forcesReplacement === true]),
    })),
    unchanged,
  };
}

describe('a plan between two revisions, and a machine that converged to the first', () => {
  it('have the same steps, for the same reasons', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryPair, async ([base, head]) => {
        const here = machine();
        await here.apply(base);
        const drafted = await here.plan(base);
        expect(
          drafted.steps.filter(({ because }) => because !== 'blocked' && because !== 'dependency'),
        ).toEqual([]);
        const real = await here.plan(head);
        const stated = await planOf(revision(base.manifest, base.lock), revision(head.manifest, head.lock));
        expect(meaning(stated)).toEqual(meaning(real));
      }),
      { numRuns: 25 },
    );
  });
});

describe('a plan between a revision and itself', () => {
  it('has no steps, but for what is blocked in both', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStack, async ({ manifest, lock }) => {
        const same = `# the same, in other words\n${manifest}`;
        const { steps } = await planOf(revision(manifest, lock), revision(same, lock));
        expect(steps.filter(({ because }) => because !== 'blocked' && because !== 'dependency')).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
