import { describe, expect, it } from 'vitest';
import type { ContainerUse, StatsReport } from '../../src/model/running.ts';
import { binaryWords } from '../../src/report/binary-words.ts';
import { renderStats } from '../../src/report/stats.ts';

const plain = { color: false, width: 100 };
const idle: ContainerUse = {
  server: 'everything',
  kind: 'service',
  engine: 'docker',
  id: '3f2a9c1b7d40'.padEnd(64, '0'),
  name: 'tools.everything',
  state: 'running',
  cpu: { cores: 0.0205, limitCores: 0.5, percent: 4.1 },
  memory: { usedBytes: 24_536_678, limitBytes: 256 * 2 ** 20, percent: 9.14 },
  network: { receivedBytes: 1234, sentBytes: 5_600_000 },
  pids: { current: 11, limit: 128 },
};
const gone: ContainerUse = {
  ...idle,
  server: 'db',
  id: null,
  state: 'gone',
  cpu: null,
  memory: null,
  network: null,
  pids: null,
};
const report = (...containers: readonly ContainerUse[]): StatsReport => ({
  formatVersion: '1.0',
  stack: 'tools',
  now: '2026-01-02T03:04:05.000Z',
  containers,
  findings: [],
});

describe('the table of what containers use', () => {
  it('has each figure with its limit, where there is one', () => {
    const free: ContainerUse = {
      ...idle,
      server: 'github',
      state: 'running',
      health: 'starting',
      cpu: { cores: 1.5, limitCores: null, percent: 150 },
      memory: { usedBytes: 812, limitBytes: null, percent: null },
      pids: { current: 3, limit: null },
    };
    expect(renderStats(report(gone, idle, free), plain)).toBe(
      [
        'SERVER      CONTAINER     STATE                        CPU                     MEMORY  NET IN  NET OUT       PIDS',
        'db          -             gone                           -                          -       -        -          -',
        'everything  3f2a9c1b7d40  running             4.1 % of 0.5  23.4 MiB of 256 MiB (9 %)  1.2 kB   5.6 MB  11 of 128',
        'github      3f2a9c1b7d40  running (starting)       150.0 %                      812 B  1.2 kB   5.6 MB          3',
        '',
      ].join('\n'),
    );
  });

  it('says when there is none', () => {
    expect(renderStats(report(), plain)).toBe('No container of this stack is there.\n');
  });

  it.each([
    ['what is gone', gone, '31'],
    ['what its check finds unhealthy', { ...idle, health: 'unhealthy' }, '31'],
    [
      'what has hardly any memory left',
      { ...idle, memory: { usedBytes: 90, limitBytes: 100, percent: 90 } },
      '33',
    ],
    ['what may start no more processes', { ...idle, pids: { current: 128, limit: 128 } }, '33'],
  ])('marks %s', (_, use, color) => {
    const [, line] = renderStats(report(use), { color: true }).split('\n');
    expect(line).toMatch(new RegExp(`^\\u001b\\[${color}m`));
  });

  it('leaves what is well as it is', () => {
    expect(renderStats(report(idle), { color: true }).split('\n')[1]).toMatch(/^everything/);
  });
});

describe('an amount of memory', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [2 ** 20 - 1, '1 MiB'],
    [256 * 2 ** 20, '256 MiB'],
    [3 * 2 ** 40, '3 TiB'],
  ])('of %i is %s', (bytes, words) => {
    expect(binaryWords(bytes)).toBe(words);
  });
});
