import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITION_TYPES } from '../../../src/loop/decide/conditions.ts';
import type { LoopState, Reason } from '../../../src/loop/model.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import { suspend } from '../../../src/loop/state/suspend.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { Step } from '../../../src/model/plan.ts';
import {
  condition,
  drift,
  failure,
  fresh,
  illness,
  linesOf,
  noonMs,
  type PassInput,
  pass,
  passes,
  removal,
  revision,
  step,
} from './passes.ts';

const a = 'claude-code/user/a';
const b = 'docker/container/b';
const silent: Finding = { code: 'ENGINE_UNAVAILABLE', severity: 'error', message: 'no answer' };
const conflict = (because: Step['because'], address = a): Step => step(address, 'conflict', because);
const created = step(a, 'create', 'declared');
const always = { kind: 'deny', start: { expression: '* * * * *' }, durationMs: 3_600_000 } as const;
const suspended = (address: string): LoopState => suspend(fresh, address, { nowMs: noonMs });
const damaged: LoopState = { ...fresh, damaged: '/state/loop.damaged-1.json' };
const terminal = (code: Parameters<typeof failure>[0], reason: Reason): PassInput => ({
  steps: null,
  failure: failure(code, reason, true),
});

const locked = (count: number): readonly PassInput[] =>
  Array.from({ length: count }, () => ({
    steps: null,
    failure: failure('STATE_LOCKED', 'ApplyFailed', false),
  }));

const rows: readonly (readonly [string, LoopState, readonly PassInput[], string])[] = [
  ['nothing to do', fresh, [{}], 'Ready=True/InSync Reconciling=False/InSync Stalled=False/Progressing'],
  [
    'all done',
    fresh,
    [{ steps: [created, drift(b)] }],
    'Ready=True/Applied Reconciling=False/InSync Stalled=False/Progressing',
  ],
  [
    'a part failed',
    fresh,
    [{ steps: [created, drift(b)], results: { [b]: 'failed' } }],
    'Ready=False/PartiallyApplied Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'all failed',
    fresh,
    [{ steps: [created], results: { [a]: 'rolledBack' } }],
    'Ready=False/ApplyFailed Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'the apply failed as a whole',
    fresh,
    [
      {
        steps: [created],
        results: { [a]: null },
        failure: failure('ENGINE_UNAVAILABLE', 'ApplyFailed', false),
      },
    ],
    'Ready=False/ApplyFailed Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'somebody else is at work',
    fresh,
    [{}, ...locked(4)],
    'Ready=Unknown/ApplyFailed Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'somebody else does not let go',
    fresh,
    [{}, ...locked(5)],
    'Ready=False/ApplyFailed Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'nobody applied it',
    fresh,
    [{ steps: [created], results: { [a]: null } }],
    'Ready=False/ChangesPending Reconciling=False/ChangesPending Stalled=False/Progressing',
  ],
  [
    'drift where it only observes',
    fresh,
    [{ steps: [drift(a)], settings: { mode: 'observe' } }],
    'Ready=True/DriftObserved Reconciling=False/InSync Stalled=False/Progressing',
  ],
  [
    'drift where it warns',
    fresh,
    [{ steps: [drift(a)], settings: { mode: 'warn' } }],
    'Ready=False/DriftObserved Reconciling=False/DriftObserved Stalled=False/Progressing',
  ],
  [
    'a change where it observes',
    fresh,
    [{ steps: [created], settings: { mode: 'observe' } }],
    'Ready=True/ChangesPending Reconciling=False/InSync Stalled=False/Progressing',
  ],
  [
    'a change where it warns',
    fresh,
    [{ steps: [created], settings: { modes: { 'claude-code/*': 'warn' } } }],
    'Ready=False/ChangesPending Reconciling=False/ChangesPending Stalled=False/Progressing',
  ],
  [
    'a delete that is not confirmed',
    fresh,
    [{ steps: [removal(a)] }],
    'Ready=Unknown/Progressing Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'a delete without pruning',
    fresh,
    [{ steps: [removal(a)], settings: { prune: false } }],
    'Ready=True/InSync Reconciling=False/InSync Stalled=False/Progressing',
  ],
  [
    'a suspended address that differs',
    suspended(a),
    [{ steps: [drift(a)] }],
    'Ready=False/Suspended Reconciling=False/Suspended Stalled=False/Progressing',
  ],
  [
    'a suspended address that is as declared',
    suspended(a),
    [{}],
    'Ready=True/InSync Reconciling=False/InSync Stalled=False/Progressing',
  ],
  [
    'all suspended',
    suspended('*'),
    [{}],
    'Ready=True/InSync Reconciling=False/Suspended Stalled=False/Progressing',
  ],
  [
    'the wrong time',
    fresh,
    [{ steps: [drift(a)], settings: { windows: [always] } }],
    'Ready=False/Window Reconciling=True/Window Stalled=False/Progressing',
  ],
  [
    'a fight',
    fresh,
    [{ steps: [drift(a)] }, { steps: [drift(a)] }, { steps: [drift(a)] }, { steps: [drift(a)] }],
    'Ready=False/Fighting Reconciling=False/Fighting Stalled=False/Progressing',
  ],
  [
    'an engine that does not answer',
    fresh,
    [{ steps: [conflict('unavailable', b)], engines: new Map([['docker:1', silent]]) }],
    'Ready=False/EngineUnavailable Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'a file that cannot be read',
    fresh,
    [{ steps: [conflict('unavailable')] }],
    'Ready=False/PartiallyApplied Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'what cannot be written here',
    fresh,
    [{ steps: [conflict('blocked'), drift(b)] }],
    'Ready=False/PartiallyApplied Reconciling=False/PartiallyApplied Stalled=False/Progressing',
  ],
  [
    'something else under our name',
    fresh,
    [{ steps: [conflict('exists')] }],
    'Ready=False/ApprovalNeeded Reconciling=False/ApprovalNeeded Stalled=True/ApprovalNeeded',
  ],
  [
    'data that would be lost, and something else that was put back',
    fresh,
    [{ steps: [step(a, 'replace', 'drifted'), drift(b)], losesData: [a] }],
    'Ready=False/ApprovalNeeded Reconciling=False/ApprovalNeeded Stalled=True/ApprovalNeeded',
  ],
  [
    'policy about one address',
    fresh,
    [{ steps: [conflict('denied')] }],
    'Ready=False/PolicyDenied Reconciling=False/PolicyDenied Stalled=True/PolicyDenied',
  ],
  [
    'policy about all',
    fresh,
    [terminal('POLICY_INVALID', 'PolicyDenied')],
    'Ready=False/PolicyDenied Reconciling=False/PolicyDenied Stalled=True/PolicyDenied',
  ],
  [
    'no approval',
    fresh,
    [terminal('NOT_APPROVED', 'ApprovalNeeded')],
    'Ready=False/ApprovalNeeded Reconciling=False/ApprovalNeeded Stalled=True/ApprovalNeeded',
  ],
  [
    'too many deletes',
    fresh,
    [terminal('PLAN_MASS_DELETE', 'MassDelete')],
    'Ready=False/MassDelete Reconciling=False/MassDelete Stalled=True/MassDelete',
  ],
  [
    'a hold',
    fresh,
    [terminal('STACK_ON_HOLD', 'OnHold')],
    'Ready=False/OnHold Reconciling=False/OnHold Stalled=True/OnHold',
  ],
  [
    'unusable books',
    fresh,
    [terminal('STATE_CORRUPT', 'BooksUnusable')],
    'Ready=False/BooksUnusable Reconciling=False/BooksUnusable Stalled=True/BooksUnusable',
  ],
  [
    'a damaged file of its own',
    damaged,
    [{ steps: [created] }],
    'Ready=False/BooksUnusable Reconciling=False/BooksUnusable Stalled=True/BooksUnusable',
  ],
  [
    'a bad manifest',
    fresh,
    [{ ...terminal('MANIFEST_INVALID', 'SourceInvalid'), steps: [] }],
    'Ready=False/SourceInvalid Reconciling=False/SourceInvalid Stalled=True/SourceInvalid',
  ],
  [
    'a source that is away',
    fresh,
    [{ steps: [], failure: failure('SOURCE_UNAVAILABLE', 'SourceUnavailable', false) }],
    'Ready=Unknown/SourceUnavailable Reconciling=True/Progressing Stalled=False/Progressing',
  ],
  [
    'a source that is away, and something broken',
    fresh,
    [{ steps: [conflict('exists')], failure: failure('SOURCE_UNAVAILABLE', 'SourceUnavailable', false) }],
    'Ready=False/ApprovalNeeded Reconciling=False/ApprovalNeeded Stalled=True/ApprovalNeeded',
  ],
  [
    'a commit that is too new',
    fresh,
    [{ steps: [], failure: failure('SOURCE_UNAVAILABLE', 'SourceTooNew', false) }],
    'Ready=Unknown/SourceTooNew Reconciling=True/SourceTooNew Stalled=False/Progressing',
  ],
  [
    'a commit that is too old',
    fresh,
    [terminal('SOURCE_TOO_OLD', 'SourceTooOld')],
    'Ready=False/SourceTooOld Reconciling=False/SourceTooOld Stalled=True/SourceTooOld',
  ],
];

const more: readonly (readonly [string, LoopState, readonly PassInput[], string])[] = [
  [
    'no pass',
    fresh,
    [],
    'Healthy=Unknown/Starting Contended=Unknown/Starting SourceVerified=Unknown/Starting',
  ],
  [
    'a good pass',
    fresh,
    [{}],
    'Healthy=True/AllHealthy Contended=False/NobodyFights SourceVerified=True/Verified',
  ],
  [
    'nobody asking for signatures',
    fresh,
    [{ signature: 'unverified' }],
    'Healthy=True/AllHealthy Contended=False/NobodyFights SourceVerified=False/NotVerified',
  ],
  [
    'a folder',
    fresh,
    [{ signature: 'nothing-to-verify' }],
    'Healthy=True/AllHealthy Contended=False/NobodyFights SourceVerified=Unknown/NothingToVerify',
  ],
  [
    'no signature',
    fresh,
    [terminal('SOURCE_UNSIGNED', 'SignatureMissing')],
    'Healthy=Unknown/Starting Contended=False/NobodyFights SourceVerified=False/SignatureMissing',
  ],
  [
    'a stranger who signed',
    fresh,
    [terminal('SOURCE_UNSIGNED', 'SignatureUntrusted')],
    'Healthy=Unknown/Starting Contended=False/NobodyFights SourceVerified=False/SignatureUntrusted',
  ],
  [
    'a rewrite',
    fresh,
    [terminal('SOURCE_HISTORY_REWRITTEN', 'HistoryRewritten')],
    'Healthy=Unknown/Starting Contended=False/NobodyFights SourceVerified=False/HistoryRewritten',
  ],
  [
    'a source that went away',
    fresh,
    [
      {},
      { signature: null, steps: null, failure: failure('SOURCE_UNAVAILABLE', 'SourceUnavailable', false) },
    ],
    'Healthy=True/AllHealthy Contended=False/NobodyFights SourceVerified=True/Verified',
  ],
  [
    'one look at something unhealthy',
    fresh,
    [{ steps: [illness(b)] }],
    'Healthy=True/AllHealthy Contended=False/NobodyFights SourceVerified=True/Verified',
  ],
  [
    'something unhealthy',
    fresh,
    [{ steps: [illness(b)] }, { steps: [illness(b)] }, { steps: [illness(b)] }],
    'Healthy=False/Unhealthy Contended=False/NobodyFights SourceVerified=True/Verified',
  ],
  [
    'an engine that does not answer',
    fresh,
    [{ steps: [conflict('unavailable', b)], engines: new Map([['docker:1', silent]]) }],
    'Healthy=Unknown/EngineUnavailable Contended=False/NobodyFights SourceVerified=True/Verified',
  ],
  [
    'a fight',
    fresh,
    [{ steps: [drift(a)] }, { steps: [drift(a)] }, { steps: [drift(a)] }],
    'Healthy=True/AllHealthy Contended=True/Fighting SourceVerified=True/Verified',
  ],
];

describe('Ready, Reconciling and Stalled', () => {
  it.each(rows)('after %s', (_, state, inputs, expected) => {
    expect(linesOf(passes(inputs, state).state, 'Ready', 'Reconciling', 'Stalled')).toBe(expected);
  });
});

describe('Healthy, Contended and SourceVerified', () => {
  it.each(more)('after %s', (_, state, inputs, expected) => {
    expect(linesOf(passes(inputs, state).state, 'Healthy', 'Contended', 'SourceVerified')).toBe(expected);
  });
});

describe('the reasons', () => {
  it('are each reached', () => {
    const all: Record<Reason, true> = {
      Starting: true,
      Progressing: true,
      InSync: true,
      Applied: true,
      DriftObserved: true,
      ChangesPending: true,
      PartiallyApplied: true,
      ApplyFailed: true,
      SourceUnavailable: true,
      SourceInvalid: true,
      SourceTooOld: true,
      SourceTooNew: true,
      SignatureMissing: true,
      SignatureUntrusted: true,
      HistoryRewritten: true,
      Verified: true,
      NotVerified: true,
      NothingToVerify: true,
      MassDelete: true,
      PolicyDenied: true,
      ApprovalNeeded: true,
      OnHold: true,
      Suspended: true,
      Window: true,
      BooksUnusable: true,
      Unhealthy: true,
      AllHealthy: true,
      EngineUnavailable: true,
      Fighting: true,
      NobodyFights: true,
    };
    const reached = new Set(
      [...rows, ...more].flatMap(([, state, inputs]) =>
        passes(inputs, state).state.conditions.map(({ reason }) => reason),
      ),
    );
    expect([...reached].sort()).toEqual(Object.keys(all).sort());
  });
});

describe('docs/reconcile.md', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/reconcile.md'), 'utf8');
  const told = new Map(
    [...text.matchAll(/^\| `([A-Z][A-Za-z]+)` \| ([^|]+) \| [^|]+ \|$/gm)].map(([, reason, types]) => [
      reason as Reason,
      types as string,
    ]),
  );
  const reached = [...rows, ...more].flatMap(([, state, inputs]) => passes(inputs, state).state.conditions);

  it('tells of every reason', () => {
    expect([...told.keys()].sort()).toEqual([...new Set(reached.map(({ reason }) => reason))].sort());
  });

  it('says of which conditions it is, and of no others', () => {
    const seen = [...told.keys()].map((reason) => {
      const types = reached.filter((each) => each.reason === reason).map(({ type }) => type);
      return `${reason}: ${[...new Set(types)].sort().join(' ')}`;
    });
    const named = [...told].map(([reason, types]) => {
      const each = types === 'all' ? CONDITION_TYPES : (types.match(/[A-Z][A-Za-z]+/g) ?? []);
      return `${reason}: ${[...each].sort().join(' ')}`;
    });
    expect(seen).toEqual(named);
  });
});

describe('a condition', () => {
  it('says since when its status is what it is, whatever the reason', () => {
    const first = pass(fresh, {}).state;
    const second = pass(first, { steps: [drift(a)] }).state;
    expect(linesOf(second, 'Ready')).toBe('Ready=True/Applied');
    expect(condition(second, 'Ready').since).toBe(condition(first, 'Ready').since);
    const third = pass(second, { steps: [conflict('exists')] }).state;
    expect(condition(third, 'Ready').since).toBe('2026-03-02T12:15:00.000Z');
  });

  it('is told of when its status or its reason is another, and not again', () => {
    const first = pass(fresh, {});
    expect(first.transitions.map(({ after }) => after.type)).toEqual([
      'Ready',
      'Reconciling',
      'Stalled',
      'Healthy',
      'Contended',
      'SourceVerified',
    ]);
    expect(pass(first.state, {}).transitions).toEqual([]);
    const second = pass(first.state, { steps: [conflict('exists')] });
    expect(second.transitions).toMatchObject([
      { before: { reason: 'InSync' }, after: { type: 'Ready', reason: 'ApprovalNeeded' }, addresses: [a] },
      { after: { type: 'Reconciling' } },
      { after: { type: 'Stalled' } },
    ]);
    const other = pass(second.state, { steps: [conflict('exists', 'claude-code/user/c')] });
    expect(other.transitions).toEqual([]);
    expect(condition(other.state, 'Ready').message).toContain('claude-code/user/c');
  });

  it('says where a manifest is wrong, and of which revision', () => {
    const at = { file: 'mcp.yaml', line: 7, column: 3 };
    const wrong = {
      code: 'MANIFEST_INVALID',
      severity: 'error',
      message: 'unknown field "imgae"',
      at,
    } as const;
    const { state } = pass(fresh, {
      revision: revision('bad'),
      failure: failure('MANIFEST_INVALID', 'SourceInvalid', true, [wrong, wrong]),
    });
    expect(condition(state, 'Ready')).toMatchObject({
      revision: 'main@sha1:bad',
      message: 'what MANIFEST_INVALID says: unknown field "imgae" at mcp.yaml:7:3 (and 1 more)',
    });
  });

  it('says why the first of what failed did', () => {
    const results = { [a]: 'skipped', [b]: 'failed' } as const;
    const { state } = pass(fresh, { steps: [drift(a), drift(b)], results });
    expect(condition(state, 'Ready').message).toBe(
      `2 of 2 steps failed: ${a}, ${b}: the engine says no to ${b}`,
    );
  });

  it('names a few of many addresses, and tells all of them to whoever wants them', () => {
    const addresses = Array.from({ length: 40 }, (_, index) => `claude-code/user/n${index}`);
    const { state, transitions } = pass(fresh, { steps: addresses.map((each) => conflict('exists', each)) });
    expect(condition(state, 'Ready').message).toBe(
      'somebody must decide about claude-code/user/n0, claude-code/user/n1, claude-code/user/n2 and 37 more',
    );
    expect(transitions[0]?.addresses).toEqual(addresses);
  });

  it('stays as it was while nothing new is learned', () => {
    const stuck = pass(fresh, { steps: [conflict('exists')] }).state;
    const away = pass(stuck, {
      steps: null,
      revision: null,
      signature: null,
      failure: failure('SOURCE_UNAVAILABLE', 'SourceUnavailable', false),
    }).state;
    expect(linesOf(away, 'Stalled', 'Healthy', 'SourceVerified')).toBe(
      'Stalled=True/ApprovalNeeded Healthy=True/AllHealthy SourceVerified=True/Verified',
    );
  });

  it('that an older file does not have is told of as new', () => {
    const { transitions } = pass({ ...newLoopState(null, noonMs), conditions: [] }, { steps: null });
    expect(transitions.map(({ before }) => before)).toEqual(Array(6).fill(null));
  });
});
