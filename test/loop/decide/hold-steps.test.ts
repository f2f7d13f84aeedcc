import { describe, expect, it } from 'vitest';
import { type HoldOptions, holdsFor } from '../../../src/loop/decide/hold-steps.ts';
import type { LoopState } from '../../../src/loop/model.ts';
import { suspend } from '../../../src/loop/state/suspend.ts';
import type { HeldBecause, Step } from '../../../src/model/plan.ts';
import { changed, drift, fresh, illness, noonMs, removal, settings, step } from './passes.ts';

const a = 'claude-code/user/a';
const b = 'docker/container/b';

const held = (each: Step, options: Partial<HoldOptions> = {}): HeldBecause | undefined =>
  holdsFor([each], { ...settings, state: fresh, nowMs: noonMs, losesData: () => false, ...options }).get(
    each.address,
  );

const withState = (change: Partial<LoopState>): Partial<HoldOptions> => ({ state: { ...fresh, ...change } });
const fight = { address: a, since: '2026-03-02T11:00:00Z', pointers: [''], suspects: [] };
const closed = { kind: 'deny', start: { expression: '* * * * *' }, durationMs: 3_600_000 } as const;
const put = (address: string, untilMs?: number): Partial<HoldOptions> => ({
  state: suspend(fresh, address, { nowMs: noonMs - 1_000, ...(untilMs === undefined ? {} : { untilMs }) }),
});

describe('the loop leaves a step alone', () => {
  it.each<[string, Step, Partial<HoldOptions>, HeldBecause | undefined]>([
    ['when nothing speaks against it: no', drift(a), {}, undefined],
    ['when it only observes', drift(a), { mode: 'observe' }, 'observed'],
    ['when it only warns', drift(a), { mode: 'warn' }, 'observed'],
    ['of an address that it only observes', drift(a), { modes: { 'claude-code/*': 'observe' } }, 'observed'],
    [
      'of another address than it observes: no',
      drift(b),
      { modes: { 'claude-code/*': 'observe' } },
      undefined,
    ],
    [
      'of an address that a later pattern enforces: no',
      drift(a),
      { mode: 'warn', modes: { '*': 'observe', [a]: 'enforce' } },
      undefined,
    ],
    ['when all is suspended', drift(a), put('*'), 'suspended'],
    ['when it is suspended', drift(a), put(a, noonMs + 1), 'suspended'],
    ['when its suspension is over: no', drift(a), put(a, noonMs), undefined],
    ['when another one is suspended: no', drift(a), put(b), undefined],
    [
      'when what it was before is suspended',
      step(b, 'move', 'renamed', { previousAddress: a }),
      put(a),
      'suspended',
    ],
    ['when what the loop knew was damaged', drift(a), withState({ damaged: '/x' }), 'suspended'],
    ['when somebody fights', drift(a), withState({ contended: { [a]: fight } }), 'contended'],
    ['at the wrong time', drift(a), { windows: [closed] }, 'window'],
    ['that deletes, without pruning', removal(a), { prune: false }, 'unpruned'],
    ['that deletes, the first time it is due', removal(a), {}, 'unconfirmed'],
    ['that deletes, the second time', removal(a), withState({ unwanted: { [a]: 1 } }), 'unconfirmed'],
    ['that deletes, the third time: no', removal(a), withState({ unwanted: { [a]: 2 } }), undefined],
    ['that deletes, if once is enough: no', removal(a), { pruneAfter: 1 }, undefined],
    ['that would lose data', drift(a), { losesData: () => true }, 'data'],
    ['that deletes data, before it is due', removal(a), { losesData: () => true }, 'unconfirmed'],
    [
      'that deletes what the manifest switches off',
      step(a, 'delete', 'disabled'),
      { prune: false },
      'unpruned',
    ],
    ['that only forgets: no', step(a, 'forget', 'gone'), { prune: false }, undefined],
    ['that restarts what was seen unhealthy once', illness(b), {}, 'restarting'],
    [
      'that restarts the third time: no',
      illness(b),
      withState({ restarts: { [b]: { seen: 2, attempts: 0, lastMs: 0 } } }),
      undefined,
    ],
    [
      'that restarts too soon again',
      illness(b),
      withState({ restarts: { [b]: { seen: 2, attempts: 1, lastMs: noonMs - 9_999 } } }),
      'restarting',
    ],
    [
      'that restarts late enough: no',
      illness(b),
      withState({ restarts: { [b]: { seen: 2, attempts: 1, lastMs: noonMs - 10_000 } } }),
      undefined,
    ],
    [
      'that restarts, with a clock that was set back: no',
      illness(b),
      withState({ restarts: { [b]: { seen: 2, attempts: 1, lastMs: noonMs + 1e9 } } }),
      undefined,
    ],
    [
      'that restarts too often',
      illness(b),
      withState({ restarts: { [b]: { seen: 9, attempts: 2, lastMs: 0 } } }),
      'restarting',
    ],
    [
      'that changes more than a restart: no',
      { ...illness(b), paths: [changed('/env/A'), ...illness(b).paths] },
      {},
      undefined,
    ],
    [
      'that starts what was stopped: no',
      step(b, 'update', 'drifted', { paths: [changed('/status', 'exited', 'running')] }),
      {},
      undefined,
    ],
    ['in conflict: no', step(a, 'conflict', 'exists'), { mode: 'observe' }, undefined],
    [
      'for the first of several reasons',
      removal(a),
      { ...put(a), mode: 'observe', prune: false },
      'suspended',
    ],
  ])('%s', (_, each, options, expected) => {
    expect(held(each, options)).toBe(expected);
  });
});
