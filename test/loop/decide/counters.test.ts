import { describe, expect, it } from 'vitest';
import { isBreakerOpen, longestOpenMs, noteEngines } from '../../../src/loop/decide/breakers.ts';
import type { LoopState } from '../../../src/loop/model.ts';
import { acknowledge } from '../../../src/loop/state/acknowledge.ts';
import { suspend } from '../../../src/loop/state/suspend.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { Step } from '../../../src/model/plan.ts';
import {
  changed,
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
const quiet: PassInput = { unchanged: [a, b] };
const times = (count: number, input: PassInput): PassInput[] => Array.from({ length: count }, () => input);

describe('what somebody keeps changing back', () => {
  const fights = (...steps: readonly Step[]): PassInput => ({ steps, unchanged: [b] });

  it('is contended once it was put back three times', () => {
    expect(passes(times(2, fights(drift(a)))).state.contended).toEqual({});
    const suspects = (): string[] => ['claude (pid 4711)'];
    const { state } = passes(times(3, { ...fights(drift(a)), suspects }));
    expect(state.contended).toEqual({
      [a]: {
        address: a,
        since: '2026-03-02T12:15:00.000Z',
        pointers: ['/command'],
        suspects: ['claude (pid 4711)'],
      },
    });
    expect(state.corrections).toEqual({});
  });

  it.each([
    ['within ten passes', 7, true],
    ['within eleven', 8, false],
  ])('is contended when that was %s', (_, quietPasses, isContended) => {
    const { state } = passes([...times(2, fights(drift(a))), ...times(quietPasses, quiet), fights(drift(a))]);
    expect(Object.keys(state.contended)).toEqual(isContended ? [a] : []);
  });

  it.each<[string, Step, boolean]>([
    ['that was removed', step(a, 'create', 'missing'), true],
    ['that changed here and there', step(a, 'replace', 'changed-and-drifted'), true],
    ['that the manifest changed', step(a, 'update', 'changed'), false],
    ['that was never there', step(a, 'create', 'declared'), false],
    ['that was unhealthy', illness(a), false],
    [
      'that somebody stopped',
      step(a, 'update', 'drifted', { paths: [changed('/status', 'exited', 'running')] }),
      true,
    ],
  ])('counts what is put back %s', (_, each, isContended) => {
    const input = { ...fights(each), settings: { restart: { threshold: 1, delayMs: 0, maxAttempts: 9 } } };
    expect(Object.keys(passes(times(3, input)).state.contended)).toEqual(isContended ? [a] : []);
  });

  it('does not count what was tried in vain', () => {
    const input = { ...fights(drift(a)), results: { [a]: 'failed' } as const };
    expect(passes(times(5, input)).state.contended).toEqual({});
  });

  it('is left alone until somebody acknowledges it, however long nobody fights, and counted anew then', () => {
    const contended = passes([...times(3, fights(drift(a))), ...times(100, quiet)]).state;
    expect(linesOf(contended, 'Contended')).toBe('Contended=True/Fighting');
    expect(pass(contended, fights(drift(a))).plan?.steps[0]?.held?.because).toBe('contended');
    const again = passes(times(2, fights(drift(a))), acknowledge(contended, a)).state;
    expect(again.contended).toEqual({});
    expect(linesOf(again, 'Contended')).toBe('Contended=False/NobodyFights');
    expect(Object.keys(pass(again, fights(drift(a))).state.contended)).toEqual([a]);
  });

  it('is forgotten with its address, but not because a place could not be read', () => {
    const contended = passes(times(3, fights(drift(a)))).state;
    const unread = pass(contended, { steps: [step(b, 'conflict', 'unavailable')] }).state;
    expect(Object.keys(unread.contended)).toEqual([a]);
    expect(pass(contended, { steps: [], unchanged: [b] }).state.contended).toEqual({});
    expect(Object.keys(pass(contended, { steps: null }).state.contended)).toEqual([a]);
  });
});

describe('what is no longer declared', () => {
  it('is deleted when it was due three times in a row', () => {
    const { state, plan } = passes(times(3, { steps: [removal(a)] }));
    expect(plan?.steps[0]?.action).toBe('delete');
    expect(state.unwanted).toEqual({});
  });

  it.each<[string, PassInput, number | undefined]>([
    ['is not counted on when it is declared again', quiet, undefined],
    ['is not counted on when somebody changed it', { steps: [step(a, 'conflict', 'modified')] }, undefined],
    ['waits when nobody could look', { steps: [step(a, 'conflict', 'unavailable')] }, 2],
    ['waits when nothing was planned', { steps: null }, 2],
    [
      'is counted while it is suspended for another reason',
      { steps: [removal(a)], settings: { mode: 'observe' } },
      3,
    ],
    ['is counted when deleting it failed', { steps: [removal(a)], results: { [a]: 'failed' } }, 3],
  ])('%s', (_, input, count) => {
    const { state } = passes([...times(2, { steps: [removal(a)] }), input]);
    expect(state.unwanted[a]).toBe(count);
  });
});

describe('the breaker of an engine', () => {
  const down = new Map([['docker:1', false]]);
  const up = new Map([['docker:1', true]]);

  it('opens after five failures in a row, for 30 s and twice that each time, up to 10 minutes', () => {
    let breakers: LoopState['breakers'] = {};
    const open: number[] = [];
    for (let each = 0; each < 12; each++) {
      breakers = noteEngines(breakers, down, noonMs);
      open.push(Math.max(0, ((breakers['docker:1']?.openUntilMs ?? 0) - noonMs) / 1_000));
    }
    expect(open).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 600, 600, 600]);
  });

  it('is closed by one answer, and only failures in a row count', () => {
    let breakers: LoopState['breakers'] = {};
    for (const asked of [down, down, down, down, up, down]) breakers = noteEngines(breakers, asked, noonMs);
    expect(breakers).toEqual({ 'docker:1': { failures: 1, openUntilMs: 0 } });
    expect(noteEngines(breakers, up, noonMs)).toEqual({});
  });

  it('lets one ask when its time is over, and is kept while nobody does', () => {
    const breakers = { 'docker:1': { failures: 5, openUntilMs: noonMs + 30_000 } };
    expect(isBreakerOpen(breakers, 'docker:1', noonMs + 29_999)).toBe(true);
    expect(isBreakerOpen(breakers, 'docker:1', noonMs + 30_000)).toBe(false);
    expect(isBreakerOpen(breakers, 'docker:2', noonMs)).toBe(false);
    expect(noteEngines(breakers, new Map(), noonMs)).toEqual(breakers);
    expect(noteEngines(breakers, new Map(), noonMs + 30_000)).toEqual({});
  });

  it('keeps nobody waiting because a clock was set back', () => {
    const breakers = { 'docker:1': { failures: 9, openUntilMs: noonMs + longestOpenMs + 1 } };
    expect(isBreakerOpen(breakers, 'docker:1', noonMs)).toBe(false);
  });

  it('ends the retries of a pass: it says itself when to ask again', () => {
    const silent: Finding = { code: 'INTERNAL', severity: 'error', message: 'no answer' };
    const steps = [step(b, 'conflict', 'unavailable')];
    const asked: PassInput = { steps, engines: new Map([['docker:1', silent]]), nowMs: noonMs };
    expect(passes(times(4, asked)).state.failures).toBe(4);
    const open = passes(times(5, asked)).state;
    expect(open.failures).toBe(0);
    const closed = pass(open, { steps, nowMs: noonMs + 1 }).state;
    expect(closed.failures).toBe(0);
    expect(linesOf(closed, 'Ready', 'Reconciling')).toBe(
      'Ready=False/EngineUnavailable Reconciling=True/Progressing',
    );
  });
});

describe('what is unhealthy', () => {
  const ill = (atMs: number): PassInput => ({ steps: [illness(b)], nowMs: noonMs + atMs });

  it('is restarted after three looks, twice, and then left as it is', () => {
    let state = fresh;
    const restarted: number[] = [];
    for (let each = 1; each <= 20; each++) {
      const passed = pass(state, ill(each * 60_000));
      if (passed.plan?.steps[0]?.action === 'update') restarted.push(each);
      state = passed.state;
    }
    expect(restarted).toEqual([3, 6]);
    expect(state.conditions.find(({ type }) => type === 'Healthy')).toMatchObject({
      status: 'False',
      message: `unhealthy: ${b}; restarted often enough, and left as it is`,
    });
    expect(linesOf(state, 'Ready', 'Stalled')).toBe('Ready=True/InSync Stalled=False/Progressing');
    const acknowledged = acknowledge(state, b);
    expect(acknowledged.restarts).toEqual({});
  });

  it('is counted anew once it was healthy, but not because nobody could look', () => {
    const before = passes([ill(1), ill(2)]).state;
    expect(pass(before, quiet).state.restarts).toEqual({});
    const unread = pass(before, { steps: [step(b, 'conflict', 'unavailable')] }).state;
    expect(unread.restarts).toEqual(before.restarts);
  });

  it('counts a restart that failed', () => {
    const input = { ...ill(1), results: { [b]: 'failed' } as const };
    expect(passes([input, input, input]).state.restarts[b]).toMatchObject({ seen: 0, attempts: 1 });
  });
});

describe('failures', () => {
  const away = failure('SOURCE_UNAVAILABLE', 'SourceUnavailable', false);

  it.each<[string, PassInput, number]>([
    ['are counted while they are of the kind that passes', { failure: away, revision: null }, 4],
    ['are counted when a step failed', { steps: [drift(a)], results: { [a]: 'failed' } }, 4],
    ['are counted when a place could not be read', { steps: [step(a, 'conflict', 'unavailable')] }, 4],
    ['begin anew with a new revision', { failure: away, revision: revision('c2') }, 1],
    [
      'begin anew with a changed file in a folder',
      { failure: away, revision: { ...revision('c1'), manifestDigest: 'x' } },
      1,
    ],
    ['end with a success', {}, 0],
    ['end with what no retry can mend', { failure: failure('MANIFEST_INVALID', 'SourceInvalid', true) }, 0],
    [
      'end with what only time can mend',
      { failure: failure('SOURCE_UNAVAILABLE', 'SourceTooNew', false) },
      0,
    ],
    ['end with a conflict', { steps: [step(a, 'conflict', 'exists')] }, 0],
  ])('%s', (_, input, count) => {
    expect(passes([...times(3, { failure: away }), input]).state.failures).toBe(count);
  });
});

describe('the revision that was applied', () => {
  const c2 = revision('c2');
  it.each<[string, PassInput, boolean]>([
    ['is the new one when there was nothing to do', {}, true],
    ['is the new one when all was done', { steps: [drift(a)] }, true],
    [
      'is the new one when a part was done',
      { steps: [drift(a), drift(b)], results: { [a]: 'failed' } },
      true,
    ],
    ['is the new one when a name is taken', { steps: [step(a, 'conflict', 'exists')] }, true],
    [
      'is the new one when only what is not pruned is left',
      { steps: [removal(a)], settings: { prune: false } },
      true,
    ],
    ['is the old one when all failed', { steps: [drift(a)], results: { [a]: 'failed' } }, false],
    ['is the old one when it was only observed', { steps: [drift(a)], settings: { mode: 'observe' } }, false],
    [
      'is the new one where some of it is enforced, and the rest only looked at',
      { steps: [drift(a)], settings: { mode: 'warn', modes: { [a]: 'enforce' } } },
      true,
    ],
    [
      'is the old one while a window puts it off',
      {
        steps: [drift(a)],
        settings: { windows: [{ kind: 'deny', start: { expression: '* * * * *' }, durationMs: 60_000 }] },
      },
      false,
    ],
    ['is the old one while its deletes are not confirmed', { steps: [removal(a)] }, false],
    [
      'is the old one when the new one is unusable',
      { failure: failure('MANIFEST_INVALID', 'SourceInvalid', true) },
      false,
    ],
    ['is the old one when nothing was planned', { steps: null }, false],
  ])('%s', (_, input, isNew) => {
    const { state } = passes([{}, { ...input, revision: c2 }]);
    expect(state.lastApplied?.commit).toBe(isNew ? 'c2' : 'c1');
    expect(state.lastAttempted?.commit).toBe('c2');
  });
});

describe('a suspension', () => {
  it('is gone from the books when its time is over', () => {
    const state = suspend(fresh, a, { nowMs: noonMs, untilMs: noonMs + 1_000 });
    expect(Object.keys(pass(state, { nowMs: noonMs + 999 }).state.suspended)).toEqual([a]);
    expect(pass(state, { nowMs: noonMs + 1_000 }).state.suspended).toEqual({});
  });
});
