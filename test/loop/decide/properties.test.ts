import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONDITION_TYPES } from '../../../src/loop/decide/conditions.ts';
import type { LoopState } from '../../../src/loop/model.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { Step } from '../../../src/model/plan.ts';
import {
  drift,
  failure,
  fresh,
  illness,
  noonMs,
  type PassInput,
  pass,
  removal,
  revision,
  step,
} from './passes.ts';

const addresses = ['claude-code/user/a', 'claude-code/user/b', 'docker/container/c', 'docker/container/d'];
const silent: Finding = { code: 'INTERNAL', severity: 'error', message: 'no answer' };

const steps = fc
  .uniqueArray(
    fc.record({
      address: fc.constantFrom(...addresses),
      make: fc.constantFrom<((address: string) => Step)[]>(
        drift,
        removal,
        illness,
        (address) => step(address, 'create', 'declared'),
        (address) => step(address, 'create', 'missing'),
        (address) => step(address, 'conflict', 'exists'),
        (address) => step(address, 'conflict', 'unavailable'),
        (address) => step(address, 'conflict', 'denied'),
      ),
    }),
    { selector: ({ address }) => address },
  )
  .map((all) => all.map(({ address, make }) => make(address)));

const anyPass: fc.Arbitrary<PassInput> = fc
  .record({
    steps: fc.option(steps, { freq: 8 }),
    results: fc.dictionary(
      fc.constantFrom(...addresses),
      fc.constantFrom('done' as const, 'failed' as const, 'rolledBack' as const, null),
    ),
    failure: fc.option(
      fc.constantFrom(
        failure('SOURCE_UNAVAILABLE', 'SourceUnavailable', false),
        failure('MANIFEST_INVALID', 'SourceInvalid', true),
        failure('SOURCE_UNSIGNED', 'SignatureUntrusted', true),
        failure('STATE_LOCKED', 'ApplyFailed', false),
      ),
      { freq: 3 },
    ),
    revision: fc.constantFrom(revision('c1'), revision('c2'), null),
    engines: fc.constantFrom<ReadonlyMap<string, Finding | null>[]>(
      new Map(),
      new Map([['docker:1', null]]),
      new Map([['docker:1', silent]]),
    ),
    settings: fc.record({ mode: fc.constantFrom('observe', 'warn', 'enforce', 'enforce', 'enforce') }),
  })
  .map((each) => ({
    ...each,
    unchanged: addresses.filter((address) => !each.steps?.some((s) => s.address === address)),
  }));

describe('any sequence of passes', () => {
  it('tells of a condition at most once a pass, and only of what is not as it was', () => {
    fc.assert(
      fc.property(fc.array(anyPass, { maxLength: 30 }), (inputs) => {
        let state = fresh;
        for (const input of inputs) {
          const { state: after, transitions } = pass(state, input);
          expect(after.conditions.map(({ type }) => type)).toEqual(CONDITION_TYPES);
          const changed = after.conditions.filter((each, index) => {
            const before = state.conditions[index];
            return before?.status !== each.status || before.reason !== each.reason;
          });
          expect(transitions.map((each) => each.after)).toEqual(changed);
          for (const [index, each] of after.conditions.entries()) {
            const before = state.conditions[index];
            if (before?.status === each.status) expect(each.since).toBe(before.since);
            expect(each.message).not.toBe('');
          }
          state = after;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('makes an address contended exactly when it was put back three times in ten passes', () => {
    const a = addresses[0] as string;
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (drifts) => {
        let state = fresh;
        const put: number[] = [];
        for (const [index, hasDrifted] of drifts.entries()) {
          state = pass(state, { steps: hasDrifted ? [drift(a)] : [], unchanged: [a] }).state;
          if (hasDrifted) put.push(index);
          const isFought = put.filter((each) => each > index - 10).length >= 3;
          expect(Object.hasOwn(state.contended, a)).toBe(isFought);
          // Contended from here on, whatever comes.
          if (isFought) return;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is ready exactly when nothing waits, nothing failed and nobody is needed', () => {
    fc.assert(
      fc.property(fc.array(anyPass, { minLength: 1, maxLength: 20 }), (inputs) => {
        let state = fresh;
        for (const input of inputs) {
          state = pass(state, input).state;
          const status = Object.fromEntries(state.conditions.map((each) => [each.type, each.status]));
          if (status['Ready'] === 'True') expect(status['Stalled']).not.toBe('True');
          expect([status['Stalled'], status['Reconciling']]).not.toEqual(['True', 'True']);
          if (state.failures > 0 && status['Stalled'] !== 'True') expect(status['Reconciling']).toBe('True');
          if (input.failure?.isTerminal)
            expect([status['Ready'], status['Stalled']]).toEqual(['False', 'True']);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('deletes nothing that was not due in three passes in a row', () => {
    fc.assert(
      fc.property(fc.array(anyPass, { maxLength: 40 }), (inputs) => {
        let state = fresh;
        const due = new Map<string, number>();
        for (const input of inputs) {
          const { state: after, plan } = pass(state, input);
          for (const each of plan?.steps ?? []) {
            if (each.action === 'delete') expect(due.get(each.address) ?? 0).toBeGreaterThanOrEqual(2);
            if (each.because === 'unavailable') continue;
            const isDue = (each.held?.action ?? each.action) === 'delete';
            due.set(each.address, isDue ? (due.get(each.address) ?? 0) + 1 : 0);
          }
          if (plan !== null) for (const address of plan.unchanged) due.set(address, 0);
          state = after;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a state that is bounded by the addresses there are', () => {
    const year = 400;
    let state: LoopState = fresh;
    const sizes: number[] = [];
    for (let each = 0; each < year; each++) {
      // Ever new addresses, that drift, fall ill, and go.
      const born = Array.from({ length: 20 }, (_, index) => `docker/container/n${each}-${index}`);
      const all = [
        ...born.slice(0, 7).map(drift),
        ...born.slice(7, 14).map(illness),
        ...born.slice(14).map(removal),
      ];
      const engine = `docker:${each}`;
      state = pass(state, {
        steps: all,
        engines: new Map([[engine, silent]]),
        nowMs: noonMs + each * 300_000,
      }).state;
      sizes.push(JSON.stringify(state).length);
    }
    expect(Math.max(...sizes.slice(50))).toBeLessThanOrEqual(Math.max(...sizes.slice(0, 50)) * 1.1);
    expect(Math.max(...sizes)).toBeLessThan(10_000);
  });
});

describe('a thousand addresses', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `claude-code/user/n${index}`);

  it('take less than 5 ms of a pass', () => {
    const makers = [drift, removal, illness, (address: string) => step(address, 'conflict', 'exists')];
    const all = many.map((address, index) => (makers[index % makers.length] as typeof drift)(address));
    let state = fresh;
    let fastestMs = Number.POSITIVE_INFINITY;
    for (let each = 0; each < 60; each++) {
      const begun = performance.now();
      state = pass(state, { steps: all, nowMs: noonMs + each * 300_000 }).state;
      // The fastest: whatever else this machine does meanwhile only ever adds to it.
      fastestMs = Math.min(fastestMs, performance.now() - begun);
    }
    expect(fastestMs).toBeLessThan(5);
    expect(JSON.stringify(state).length).toBeLessThan(400_000);
  });
});
