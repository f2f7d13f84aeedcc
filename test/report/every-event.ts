import type { Event, Outcome } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { LeftImage, PruneReport } from '../../src/model/prune.ts';
import type { PullTarget } from '../../src/model/pull.ts';
import type { StatsReport } from '../../src/model/running.ts';
import type { LeftContainer } from '../../src/model/sweep.ts';
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

export const left: LeftContainer = {
  id: '3f2a9c1b7d40'.padEnd(64, '0'),
  name: 'quirky_bell',
  image: 'mcp/github:1',
  server: 'github',
  state: 'running',
  created: '2026-01-02T03:04:05.000Z',
  standing: 'leaked',
  because: 'ended',
  isChosen: true,
};

const pullTarget: PullTarget = {
  engine: 'docker',
  image: `ghcr.io/acme/x:1.0@sha256:${'3f'.repeat(32)}`,
  platform: 'linux/arm64',
  servers: ['x'],
};

const leftImage: LeftImage = {
  engine: 'docker',
  image: `ghcr.io/acme/x@sha256:${'3f'.repeat(32)}`,
  bytes: 1234,
  pulled: '2026-01-02T03:04:05.000Z',
  kept: null,
};

const pruned: PruneReport = {
  formatVersion: '1.0',
  images: [leftImage, { ...leftImage, kept: 'in-use' }],
  needed: 1,
  unknown: 0,
  findings: [note],
};

const stats: StatsReport = {
  formatVersion: '1.0',
  stack: 'team-tools',
  now: '2026-01-05T03:04:05.000Z',
  containers: [
    {
      server: 'everything',
      kind: 'service',
      engine: 'docker',
      id: left.id,
      name: 'tools.everything',
      state: 'running',
      health: 'healthy',
      cpu: { cores: 0.1, limitCores: 0.5, percent: 20 },
      memory: { usedBytes: 1024, limitBytes: null, percent: null },
      network: { receivedBytes: 1, sentBytes: 2 },
      pids: { current: 7, limit: 128 },
    },
    {
      server: 'gone',
      kind: 'service',
      engine: 'docker@lab',
      id: null,
      name: 'tools.gone',
      state: 'gone',
      cpu: null,
      memory: null,
      network: null,
      pids: null,
    },
  ],
  findings: [note],
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
  {
    kind: 'sweep.found',
    report: { formatVersion: '1.0', now: '2026-01-05T03:04:05.000Z', containers: [left], hanging: [] },
  },
  { kind: 'sweep.finished', container: left, outcome: { id: left.id, result: 'removed' } },
  { kind: 'pull.started', ...pullTarget },
  { kind: 'pull.finished', ...pullTarget, outcome: { result: 'pulled' } },
  { kind: 'prune.found', report: pruned },
  { kind: 'prune.finished', image: leftImage, outcome: { result: 'removed' } },
  {
    kind: 'log.line',
    container: {
      server: 'everything',
      kind: 'service',
      engine: 'docker',
      id: left.id,
      name: 'tools.everything',
    },
    line: { stream: 'stderr', time: '2026-01-02T03:04:05.123456789Z', text: 'listening' },
  },
  { kind: 'stats.sampled', report: stats },
  { kind: 'run.finished', exitCode: 5, outcomes: [done, failed, skipped, rolledBack] },
];
