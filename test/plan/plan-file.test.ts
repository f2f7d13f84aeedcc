import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { McpformError } from '../../src/model/error.ts';
import { openPlanFile, printPlanFile, sealPlan } from '../../src/plan/plan-file.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { applied, declared, digest, planOf, there } from './world.ts';

const plan = planOf({
  desired: [declared('a', { command: 'python' }), declared('b')],
  entries: applied('a', 'c'),
  observed: [there('a'), there('c')],
});
const text = printPlanFile(sealPlan(plan, digest));

/** Why a text is refused. */
function refusal(candidate: string): string {
  try {
    openPlanFile(candidate, digest);
    return 'opened';
  } catch (error) {
    if (!(error instanceof McpformError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

function edited(
  change: (file: { plan: Record<string, unknown>; mac: unknown; kind: unknown }) => void,
): string {
  const file = JSON.parse(text) as { plan: Record<string, unknown>; mac: unknown; kind: unknown };
  change(file);
  return JSON.stringify(file);
}

describe('a plan file', () => {
  it('comes back as it was sealed', () => {
    expect(openPlanFile(text, digest)).toEqual({ plan, isOurs: true });
  });

  it('comes back for any plan', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const any = planOf(world);
        expect(openPlanFile(printPlanFile(sealPlan(any, digest)), digest)).toEqual({
          plan: any,
          isOurs: true,
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is ours whatever the white space', () => {
    expect(openPlanFile(JSON.stringify(JSON.parse(text)), digest).isOurs).toBe(true);
  });

  it('is not ours without a key, or with another one', () => {
    expect(openPlanFile(text, null).isOurs).toBe(false);
    expect(openPlanFile(text, (it) => digest(`other ${it}`)).isOurs).toBe(false);
  });

  it('is not ours once anything in it was changed, even what the id does not cover', () => {
    expect(
      openPlanFile(
        edited(({ plan: it }) => {
          it['serial'] = 8;
        }),
        digest,
      ).isOurs,
    ).toBe(false);
    expect(
      openPlanFile(
        edited(({ plan: it }) => {
          it['isApplicable'] = false;
        }),
        digest,
      ).isOurs,
    ).toBe(false);
    expect(
      openPlanFile(
        edited((file) => {
          file.mac = '';
        }),
        digest,
      ).isOurs,
    ).toBe(false);
  });

  it('does not take a digest shown in a plan for a seal', () => {
    const shown = plan.steps[0]?.precondition as string;
    expect(
      openPlanFile(
        edited((file) => {
          file.mac = shown;
        }),
        digest,
      ).isOurs,
    ).toBe(false);
  });

  it('is refused when its id is not that of its content', () => {
    const other = edited(({ plan: it }) => {
      it['stack'] = 'other';
    });
    expect(refusal(other)).toBe('PLAN_FILE_INVALID: not a plan file: its id is not that of its content');
  });

  const broken: readonly [string, string, string][] = [
    ['nothing', '', 'it is not JSON'],
    ['something else', 'apiVersion: mcpform/v1', 'it is not JSON'],
    ['a list', '[]', 'it has not "kind": "PlanFile"'],
    ['null', 'null', 'it has not "kind": "PlanFile"'],
    ['a plan without a wrapper', JSON.stringify(plan), 'it has not "kind": "PlanFile"'],
    [
      'no seal',
      edited((file) => {
        delete file.mac;
      }),
      'it has no seal',
    ],
    [
      'no plan',
      edited((file) => {
        file.plan = null as never;
      }),
      '"plan" is not as it should be',
    ],
    [
      'a newer plan',
      edited(({ plan: it }) => {
        it['formatVersion'] = '2.0';
      }),
      'its plan has a format version that this release does not know',
    ],
    [
      'an unknown field',
      edited(({ plan: it }) => {
        it['operations'] = [];
      }),
      '"plan" is not as it should be',
    ],
    [
      'a missing field',
      edited(({ plan: it }) => {
        delete it['summary'];
      }),
      '"plan" is not as it should be',
    ],
    [
      'an unknown action',
      edited(({ plan: it }) => {
        (it['steps'] as { action: string }[])[0]!.action = 'run';
      }),
      '"plan/steps/0/action" is not as it should be',
    ],
    [
      'a prototype',
      text.replace('"kind"', '"__proto__": { "kind": "PlanFile" }, "king"'),
      'it has not "kind": "PlanFile"',
    ],
    ['endless depth', `${'['.repeat(200_000)}`, 'it is nested deeper than 100 levels'],
    ['depth in an unfinished string', `"${'['.repeat(1000)}`, 'it is not JSON'],
    ['too much', `"${'x'.repeat(32 * 1024 * 1024)}"`, 'it is larger than 32 MiB'],
    ['too many values', `[${'0,'.repeat(1_000_001)}0]`, 'it has more than 1000000 values'],
  ];

  it.each(broken)('is refused when it is %s', (_name, candidate, reason) => {
    expect(refusal(candidate)).toBe(`PLAN_FILE_INVALID: not a plan file: ${reason}`);
  });

  it('is opened or refused, whatever the damage, and never crashes', () => {
    const damage = fc.tuple(fc.nat(text.length), fc.string({ maxLength: 5 }), fc.nat(20));
    fc.assert(
      fc.property(damage, ([at, inserted, removed]) => {
        const damaged = text.slice(0, at) + inserted + text.slice(at + removed);
        const answer = refusal(damaged);
        const isUnharmed = damaged === text || answer !== 'opened' || !openPlanFile(damaged, digest).isOurs;
        const isWhiteSpace = answer === 'opened' && sameJson(damaged);
        expect(isUnharmed || isWhiteSpace).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function sameJson(candidate: string): boolean {
  return JSON.stringify(JSON.parse(candidate)) === JSON.stringify(JSON.parse(text));
}
