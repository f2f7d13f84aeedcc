import type { Condition, LoopState, PassReport, Transition } from '../../../src/loop/model.ts';

const TIME = '2026-01-01T00:00:00.000Z';

export function condition(change: Partial<Condition> = {}): Condition {
  return {
    type: 'Ready',
    status: 'False',
    reason: 'ApplyFailed',
    message: 'one step failed',
    since: TIME,
    revision: 'main@sha1:3f1c9ab2',
    ...change,
  };
}

export function transition(
  after: Partial<Condition> = {},
  change: Partial<Omit<Transition, 'after'>> = {},
): Transition {
  return { stack: 'tools', before: null, after: condition(after), time: TIME, addresses: [], ...change };
}

/** All is well again. */
export const RECOVERED: Partial<Condition> = {
  status: 'True',
  reason: 'Applied',
  message: 'all is as declared',
};

export function report(change: Partial<PassReport> = {}): PassReport {
  return {
    stack: 'tools',
    number: 7,
    wakes: [{ kind: 'interval' }],
    startedAt: TIME,
    durationMs: 120,
    revision: 'main@sha1:3f1c9ab2',
    result: 'in-sync',
    planned: {},
    done: 0,
    failed: 0,
    corrected: [],
    held: {},
    ...change,
  };
}

export function loopState(change: Partial<LoopState> = {}): LoopState {
  return {
    formatVersion: 1,
    source: null,
    lastAttempted: null,
    lastApplied: null,
    conditions: [],
    passes: 7,
    failures: 0,
    corrections: {},
    contended: {},
    unwanted: {},
    suspended: {},
    breakers: {},
    restarts: {},
    ...change,
  };
}

/** Lets everything that is ready to go on do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((done) => setImmediate(done));
}
