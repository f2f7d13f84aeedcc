import type { Event, Outcome } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/finding.ts';
import { samplePlan } from './sample-plan.ts';

const address = 'claude-code/user/a';
export const done: Outcome = { address, action: 'create', result: 'done', findings: [], durationMs: 12 };
export const failed: Outcome = {
  ...done,
  action: 'update',
  result: 'failed',
  error: { code: 'INTERNAL', message: 'the file is busy', hint: 'close the client' },
};
export const skipped: Outcome = {
  ...done,
  result: 'skipped',
  error: { code: 'INTERNAL', message: 'its dependency failed' },
};
export const rolledBack: Outcome = { ...done, action: 'replace', result: 'rolledBack' };
export const note: Finding = {
  code: 'INTERNAL',
  severity: 'warning',
  message: 'somebody else wrote at the same time',
};

export const everyEvent: readonly Event[] = [
  { kind: 'run.started', formatVersion: '1.0', command: 'apply', stack: 'team-tools' },
  { kind: 'recovery', address, settled: 'done' },
  { kind: 'recovery', address, settled: 'not-done' },
  { kind: 'recovery', address, settled: 'conflict' },
  { kind: 'plan.ready', plan: samplePlan },
  { kind: 'finding', finding: note },
  { kind: 'step.started', address, action: 'create', because: 'declared' },
  { kind: 'step.finished', address, action: 'create', outcome: done },
  { kind: 'step.finished', address, action: 'update', outcome: failed },
  { kind: 'settling', files: 1, waitMs: 2000 },
  { kind: 'run.finished', exitCode: 5, outcomes: [done, failed, skipped, rolledBack] },
];
