import { describe, expect, it } from 'vitest';
import { acknowledge } from '../../../src/loop/state/acknowledge.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import { expireSuspensions, isSuspended, resume, suspend } from '../../../src/loop/state/suspend.ts';

const nowMs = Date.parse('2026-03-02T12:00:00Z');
const fresh = newLoopState(null, nowMs);

describe('a suspension', () => {
  it('remembers since when, until when and why', () => {
    const { suspended } = suspend(fresh, 'a', { nowMs, untilMs: nowMs + 60_000, reason: 'moving' });
    expect(suspended).toEqual({
      a: { since: '2026-03-02T12:00:00.000Z', until: '2026-03-02T12:01:00.000Z', reason: 'moving' },
    });
  });

  it('replaces the one before', () => {
    const twice = suspend(suspend(fresh, 'a', { nowMs, reason: 'x' }), 'a', { nowMs: nowMs + 1 });
    expect(twice.suspended).toEqual({ a: { since: '2026-03-02T12:00:00.001Z' } });
  });

  it('of all is ended by resuming all, and leaves what was said of one', () => {
    const both = suspend(suspend(fresh, '*', { nowMs }), 'a', { nowMs });
    expect(isSuspended(both, 'b', nowMs)).toBe(true);
    const one = resume(both, '*');
    expect(isSuspended(one, 'b', nowMs)).toBe(false);
    expect(isSuspended(one, 'a', nowMs)).toBe(true);
    expect(isSuspended(resume(both, 'a'), 'a', nowMs)).toBe(true);
    expect(resume(one, 'a')).toEqual(fresh);
  });

  it('ends by itself at its time, and one without a time never does', () => {
    const { suspended } = suspend(suspend(fresh, 'a', { nowMs, untilMs: nowMs + 10 }), 'b', { nowMs });
    expect(Object.keys(expireSuspensions(suspended, nowMs + 9))).toEqual(['a', 'b']);
    expect(Object.keys(expireSuspensions(suspended, nowMs + 10))).toEqual(['b']);
    expect(Object.keys(expireSuspensions(suspended, nowMs + 1e15))).toEqual(['b']);
  });
});

describe('acknowledging', () => {
  const fight = { address: 'a', since: '', pointers: [], suspects: [] };
  const state = {
    ...fresh,
    contended: { a: fight, b: { ...fight, address: 'b' } },
    corrections: { a: [1], b: [2] },
    restarts: { a: { seen: 1, attempts: 2, lastMs: 3 } },
    damaged: '/x',
  };

  it('is about one address, or about all there is', () => {
    expect(acknowledge(state, 'a')).toEqual({
      ...fresh,
      contended: { b: { ...fight, address: 'b' } },
      corrections: { b: [2] },
      restarts: {},
      damaged: '/x',
    });
    expect(acknowledge(state, '*')).toEqual(fresh);
  });
});
