import { describe, expect, it } from 'vitest';
import type { Transition } from '../../../src/loop/model.ts';
import { openOutbox } from '../../../src/loop/tell/notify/outbox.ts';
import { condition, RECOVERED, transition } from './examples.ts';

const MINUTE = 60_000;

/** What a sink that is always there was told, by offers at their times; each is told as soon as it is due. */
function told(...offers: readonly (readonly [atMs: number, offered: Transition])[]): readonly string[] {
  const outbox = openOutbox();
  const said: string[] = [];
  const deliverUntil = (ms: number): void => {
    for (let due = outbox.next(); due !== null && due.dueMs <= ms; due = outbox.next()) {
      const { type, status, reason } = due.transition.after;
      said.push(`${due.transition.stack} ${type} ${status} ${reason}`);
      outbox.settle(due.transition, Math.max(due.dueMs, lastMs));
    }
  };
  let lastMs = 0;
  for (const [atMs, offered] of offers) {
    deliverUntil(atMs);
    lastMs = atMs;
    outbox.offer(offered);
    deliverUntil(atMs);
  }
  deliverUntil(Number.POSITIVE_INFINITY);
  return said;
}

const problem = transition();
const recovery = transition(RECOVERED, { before: condition() });

describe('what a sink is told', () => {
  it('is a problem once, however often it is seen, and once that it is over', () => {
    expect(told([0, problem], [1, problem], [2, recovery], [3, recovery])).toEqual([
      'tools Ready False ApplyFailed',
      'tools Ready True Applied',
    ]);
  });

  it('is not that all is well, where nobody was told otherwise', () => {
    const fine = transition(RECOVERED);
    expect(told([0, fine], [1, transition({ type: 'Stalled' })], [2, fine])).toEqual([]);
  });

  it('is that it is over, also where the problem was told before we began', () => {
    expect(told([0, recovery], [1, recovery])).toEqual(['tools Ready True Applied']);
  });

  it('is not that it works', () => {
    expect(told([0, transition({ type: 'Reconciling', status: 'True', reason: 'Progressing' })])).toEqual([]);
  });

  it('is another reason of the same condition', () => {
    expect(told([0, problem], [1, transition({ reason: 'SourceUnavailable' })])).toEqual([
      'tools Ready False ApplyFailed',
      'tools Ready False SourceUnavailable',
    ]);
  });

  it('is each condition and each stack by itself', () => {
    const stalled = transition({ type: 'Stalled', status: 'True', reason: 'MassDelete' });
    expect(told([0, problem], [0, stalled], [0, { ...problem, stack: 'other' }])).toEqual([
      'tools Ready False ApplyFailed',
      'tools Stalled True MassDelete',
      'other Ready False ApplyFailed',
    ]);
  });

  it('is one thing once, whatever conditions have it for a reason', () => {
    const reason = 'HistoryRewritten' as const;
    const bad = { reason, status: 'False' as const };
    const all = [
      transition(bad),
      transition({ ...bad, type: 'Stalled', status: 'True' }),
      transition({ ...bad, type: 'SourceVerified' }),
    ];
    const over = all.map(({ after }) => {
      const status = after.type === 'Stalled' ? 'False' : 'True';
      return transition({ type: after.type, status, reason: 'InSync' }, { before: after });
    });
    const outbox = openOutbox();
    const said = [all, over].map((batch) => {
      for (const each of batch) outbox.offer(each);
      const first = outbox.next()?.transition;
      outbox.settle(first as Transition, 0);
      return [first, outbox.next()];
    });
    expect(said).toEqual([
      [all[0], null],
      [over[0], null],
    ]);
    // It stays so, and Ready has something worse to say.
    expect(told([0, transition(bad)], [1, all[1] as Transition], [2, problem])).toEqual([
      'tools Ready False HistoryRewritten',
      'tools Ready False ApplyFailed',
      'tools Stalled True HistoryRewritten',
    ]);
  });

  it('is no drift that was put back, however often', () => {
    const between = (reason: Transition['after']['reason'], last: Transition['after']['reason']) =>
      transition({ status: 'True', reason }, { before: condition({ status: 'True', reason: last }) });
    const drifts = Array.from({ length: 20 }, (_, at) =>
      at % 2 === 0 ? between('Applied', 'InSync') : between('InSync', 'Applied'),
    );
    expect(told(...drifts.map((each, at) => [at * MINUTE, each] as const))).toEqual([]);
  });

  it('is not every turn of what comes and goes: the same problem waits ten minutes, and is told if it lasts', () => {
    const flapping = Array.from(
      { length: 60 },
      (_, at) => [at * 10_000, at % 2 === 0 ? problem : recovery] as const,
    );
    expect(told(...flapping)).toEqual(['tools Ready False ApplyFailed', 'tools Ready True Applied']);
    expect(told(...flapping, [9.9 * MINUTE, problem])).toHaveLength(3);
    expect(told([0, problem], [1000, recovery], [11 * MINUTE, problem])).toHaveLength(3);
  });
});

describe('an outbox of a sink that is down', () => {
  it('holds the last state of each condition, and nothing of what was never told and is over', () => {
    const outbox = openOutbox();
    for (let at = 0; at < 10_000; at += 1) {
      outbox.offer(transition({ message: `the ${at}th` }));
      outbox.offer(transition({ type: 'Contended', status: 'True', reason: 'Fighting' }));
      outbox.offer(transition({ type: 'Contended', status: 'False', reason: 'NobodyFights' }));
    }
    const due = outbox.next();
    expect(due?.transition.after.message).toBe('the 9999th');
    outbox.settle(due?.transition ?? problem, 0);
    expect(outbox.next()).toBeNull();
  });

  it('tells what came while the last one was on its way', () => {
    const outbox = openOutbox();
    outbox.offer(problem);
    const first = outbox.next();
    outbox.offer(recovery);
    outbox.settle(first?.transition ?? problem, 0);
    expect(outbox.next()?.transition).toBe(recovery);
  });
});
