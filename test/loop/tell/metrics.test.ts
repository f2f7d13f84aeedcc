import { describe, expect, it } from 'vitest';
import { formatMetrics } from '../../../src/loop/tell/exposition.ts';
import { countMetrics } from '../../../src/loop/tell/metrics.ts';
import { condition, loopState, report } from './examples.ts';

const SAMPLE = /^([a-z_:]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\+Inf|-?[0-9.e+-]+)$/;

/** As Prometheus reads it, by name and labels; throws at what it would not read. */
function parse(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let family = '';
  for (const each of text.split('\n').slice(0, -1)) {
    const [, name] = /^# (?:HELP|TYPE) (\S+) /.exec(each) ?? [];
    if (name !== undefined) {
      family = name;
      continue;
    }
    const [, sample = '', labels = '', value] = SAMPLE.exec(each) ?? [];
    if (!sample.startsWith(family) || value === undefined) throw new Error(`not a sample: ${each}`);
    const key = labels === '' ? sample : `${sample}{${labels}}`;
    if (found.has(key)) throw new Error(`twice: ${key}`);
    found.set(key, Number(value));
  }
  return found;
}

const metrics = (): ReturnType<typeof countMetrics> => countMetrics({ version: '1.2.3' });

describe('metrics', () => {
  it('are there from the start, as 0', () => {
    const found = parse(metrics().text());
    expect(found.get('mcpform_build_info{version="1.2.3"}')).toBe(1);
    expect(found.get('mcpform_passes_total{result="failed"}')).toBe(0);
    expect(found.get('mcpform_reconcile_duration_seconds_count')).toBe(0);
    expect(found.get('mcpform_last_success_timestamp_seconds')).toBe(0);
  });

  it('count passes, steps and how long it took', () => {
    const counted = metrics();
    counted.passed(report({ result: 'applied', done: 3, durationMs: 200 }), loopState());
    counted.passed(report({ result: 'partial', done: 1, failed: 2, durationMs: 3000 }), loopState());
    const found = parse(counted.text());
    const bucket = (le: string): number | undefined =>
      found.get(`mcpform_reconcile_duration_seconds_bucket{le="${le}"}`);
    expect([bucket('0.1'), bucket('0.25'), bucket('5'), bucket('+Inf')]).toEqual([0, 1, 2, 2]);
    expect(found.get('mcpform_reconcile_duration_seconds_sum')).toBeCloseTo(3.2);
    expect(found.get('mcpform_apply_total{result="done"}')).toBe(4);
    expect(found.get('mcpform_apply_total{result="failed"}')).toBe(2);
    expect(found.get('mcpform_passes_total{result="partial"}')).toBe(1);
    expect(found.get('mcpform_last_success_timestamp_seconds')).toBe(Date.UTC(2026, 0, 1) / 1000 + 0.2);
  });

  it('say each condition in three values, of which one is 1, and what is suspended or contended', () => {
    const counted = metrics();
    const contention = { address: 'a', since: '', pointers: [], suspects: [] };
    counted.passed(
      report({ planned: { update: 2, delete: 1 } }),
      loopState({
        conditions: [condition()],
        suspended: { '*': { since: '' }, 'claude-code/user/a': { since: '' } },
        contended: { a: contention },
      }),
    );
    const found = parse(counted.text());
    expect(found.get('mcpform_reconcile_condition{type="Ready",status="True"}')).toBe(0);
    expect(found.get('mcpform_reconcile_condition{type="Ready",status="False"}')).toBe(1);
    expect(found.get('mcpform_suspend_status')).toBe(1);
    expect(found.get('mcpform_suspended')).toBe(1);
    expect(found.get('mcpform_contended')).toBe(1);
    expect(found.get('mcpform_resources{action="update"}')).toBe(2);
  });

  it('count a drift once: when it is put back, or when it is first seen and left', () => {
    const counted = metrics();
    const held = { 'claude-code/user/a': 'observed', 'docker@lab/network/n': 'window' } as const;
    counted.passed(report({ result: 'pending', held }), loopState());
    counted.passed(report({ result: 'pending', held }), loopState());
    counted.passed(report({ corrected: ['docker@lab/container/everything'] }), loopState());
    const found = parse(counted.text());
    expect(found.get('mcpform_drift_total{kind="entry"}')).toBe(1);
    expect(found.get('mcpform_drift_total{kind="container"}')).toBe(1);
    expect(found.get('mcpform_drift_total{kind="network"}')).toBeUndefined();
  });

  it('hold no address, path, host or message, and do not become more', () => {
    const counted = metrics();
    const before = counted.text().split('\n').length;
    for (let at = 0; at < 500; at += 1) {
      counted.passed(
        report({
          corrected: [`claude-code/project:/srv/canary-${at}/x`, `docker@canary-${at}/canary-${at}/x`],
          wakes: [{ kind: 'file', file: '/srv/canary' }],
          revision: 'canary',
          error: { code: 'USAGE', message: 'canary' },
        }),
        loopState({ source: 'canary', conditions: [condition({ message: 'canary' })] }),
      );
    }
    const text = counted.text();
    expect(text).not.toContain('canary');
    expect(text.split('\n').length - before).toBeLessThan(10);
  });

  it('escapes what would end a label', () => {
    const samples = [{ labels: { a: 'x"\\\ny' }, value: 1 }];
    const text = formatMetrics([{ name: 'a', type: 'gauge', help: 'A.', samples }]);
    expect(text).toBe('# HELP a A.\n# TYPE a gauge\na{a="x\\"\\\\\\ny"} 1\n');
  });
});
