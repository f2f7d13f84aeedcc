import { describe, expect, it } from 'vitest';
import { type ExplainReport, renderExplain } from '../../src/report/explain.ts';
import { type HistoryReport, renderHistory } from '../../src/report/history.ts';
import { renderStatus, type StatusReport, statusLine } from '../../src/report/status.ts';
import { samplePlace, samplePlan } from './sample-plan.ts';

const golden = (name: string): string => `${import.meta.dirname}/golden/${name}`;
const plain = { color: false, width: 80, cwd: '/repo' };

const status: StatusReport = {
  formatVersion: '1.0',
  stack: 'team-tools',
  root: '/repo',
  revision: '0123456789abcdef0123456789abcdef01234567',
  lineage: 'lineage-1',
  serial: 7,
  lastApply: { generation: 3, time: '2026-01-02T03:04:05.000Z', revision: 'fedcba9876543210' },
  hold: { generation: 2, reason: 'the new search server was slow' },
  resources: [
    { address: 'claude-code/user/a', state: 'in-sync', because: null, secrets: ['env:A'] },
    { address: 'claude-code/user/bb', state: 'drifted', because: 'drifted', secrets: [] },
    { address: 'claude-code/user/c', state: 'missing', because: 'missing', secrets: [] },
    { address: 'claude-code/user/d', state: 'pending', because: 'changed', secrets: [] },
    { address: 'claude-code/user/e', state: 'conflict', because: 'exists', secrets: [] },
    { address: 'claude-code/user/f', state: 'unmanaged', because: null, secrets: [] },
  ],
  leaked: null,
  now: '2026-01-05T03:04:05.000Z',
  findings: [],
};

describe('status', () => {
  it('reads as it always did', async () => {
    await expect(renderStatus(status, plain)).toMatchFileSnapshot(golden('status.txt'));
  });

  it('says when nothing was applied yet', () => {
    const fresh = { ...status, lineage: null, lastApply: null, hold: null, resources: [], revision: null };
    expect(renderStatus(fresh, plain)).toBe(
      [
        'stack     team-tools',
        'root      /repo',
        'books     never applied on this machine',
        '',
        'Nothing is declared and nothing is managed.',
        '',
      ].join('\n'),
    );
  });

  it('lists containers that are left behind, and says nothing of none', () => {
    const leaked: NonNullable<StatusReport['leaked']> = [
      {
        id: '3f2a9c1b7d40'.padEnd(64, '0'),
        name: 'quirky_bell',
        image: 'mcp/github@sha256:00',
        server: 'github',
        state: 'running',
        created: '2026-01-02T03:04:05.000Z',
        standing: 'leaked',
        because: 'ended',
        isChosen: true,
      },
    ];
    expect(renderStatus({ ...status, leaked }, plain)).toContain(
      [
        '',
        'Containers that are left behind; `mcpform apply --sweep` removes them:',
        '  - 3f2a9c1b7d40  github  3 d  running, who started it has ended',
        '',
      ].join('\n'),
    );
    expect(renderStatus({ ...status, leaked: [] }, plain)).toBe(renderStatus(status, plain));
  });

  it('counts in one order', () => {
    expect(statusLine(status.resources)).toBe(
      '1 in-sync, 1 drifted, 1 missing, 1 pending, 1 conflict, 1 unmanaged.',
    );
  });

  it('has colours that only repeat the words', () => {
    const colored = renderStatus(status, { ...plain, color: true });
    expect(colored).toContain('\u001b[32m');
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderStatus(status, plain));
  });
});

const history: HistoryReport = {
  formatVersion: '1.0',
  stack: 'team-tools',
  generations: [
    {
      generation: 1,
      time: '2026-01-01T00:00:00.000Z',
      command: 'apply',
      revision: null,
      planId: samplePlan.planId,
      outcomes: [{ address: 'claude-code/user/a', action: 'create', result: 'done' }],
    },
    {
      generation: 12,
      time: '2026-01-02T00:00:00.000Z',
      command: 'rollback',
      revision: '0123456789abcdef',
      planId: samplePlan.planId,
      outcomes: [
        { address: 'claude-code/user/a', action: 'update', result: 'done' },
        { address: 'claude-code/user/b', action: 'update', result: 'failed' },
      ],
    },
  ],
  findings: [],
};

describe('history', () => {
  it('is newest first, in columns', () => {
    expect(renderHistory(history, plain)).toBe(
      [
        '#12  2026-01-02 00:00  rollback  0123456789ab  1 applied, 1 failed',
        '#1   2026-01-01 00:00  apply     -             1 applied',
        '',
        '2 generations of stack team-tools.',
        '',
      ].join('\n'),
    );
  });

  it('says when there is none', () => {
    expect(renderHistory({ ...history, generations: [] }, plain)).toBe(
      'Stack team-tools was never applied here.\n',
    );
  });
});

const explained: ExplainReport = {
  formatVersion: '1.0',
  address: 'claude-code/user/search',
  state: 'drifted',
  declaredAt: { file: '/repo/mcp.yaml', pointer: '/servers/search', line: 12, column: 3 },
  place: samplePlace,
  isProtected: true,
  isAdopted: true,
  pointers: [
    { pointer: '/args', isOwned: true, now: 'differs' },
    { pointer: '/command', isOwned: true, now: 'equal' },
    { pointer: '/env/X.Y', isOwned: false, now: 'absent' },
    { pointer: '/url', isOwned: false, now: 'unknown' },
  ],
  secrets: ['env:A', 'env:B'],
  pin: null,
  dependsOn: ['claude-code/user/github'],
  applied: [
    { generation: 1, time: '2026-01-01T00:00:00.000Z', revision: null, action: 'create', result: 'done' },
    { generation: 2, time: '2026-01-02T00:00:00.000Z', revision: 'abc', action: 'update', result: 'failed' },
  ],
  step: samplePlan.steps.find(({ address }) => address === 'claude-code/user/search') ?? null,
  findings: [],
};

describe('explain', () => {
  it('reads as it always did', async () => {
    await expect(renderExplain(explained, plain)).toMatchFileSnapshot(golden('explain.txt'));
  });

  it('says what it does not know', () => {
    const bare = {
      ...explained,
      declaredAt: null,
      place: null,
      isProtected: false,
      isAdopted: false,
      pointers: [],
      secrets: [],
      dependsOn: [],
      pin: null,
      applied: [],
      step: null,
    };
    expect(renderExplain(bare, plain)).toBe(
      [
        'claude-code/user/search',
        '  state       drifted',
        '  declared    nowhere',
        '  lives in    no known place',
        '',
        'Never applied on this machine.',
        '',
      ].join('\n'),
    );
  });

  it('says that a file is shared', () => {
    const place = { ...samplePlace, isShared: true };
    expect(renderExplain({ ...explained, place }, plain)).toContain('mcpServers.github, shared through git');
  });
});
