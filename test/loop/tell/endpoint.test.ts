import { describe, expect, it } from 'vitest';
import { openEndpoint } from '../../../src/loop/tell/endpoint.ts';
import { countMetrics } from '../../../src/loop/tell/metrics.ts';
import { memorySystem } from '../../../src/system/memory.ts';
import { condition, loopState, report } from './examples.ts';

function open(intervalMs: number | null = 60_000) {
  const system = memorySystem();
  const endpoint = openEndpoint({ intervalMs, metrics: countMetrics({ version: '1' }) }, { system });
  return { endpoint, clock: system.clock, health: () => endpoint.answer('GET', '/healthz') };
}

describe('/healthz', () => {
  it('is 200 while passes come, and 503 with the reason when none came for three intervals', () => {
    const { endpoint, clock, health } = open();
    clock.advance(180_000);
    expect(health()).toMatchObject({ status: 200, body: '{"status":"ok","reasons":[]}\n' });
    clock.advance(1000);
    expect(health().status).toBe(503);
    expect(JSON.parse(health().body)).toEqual({
      status: 'unhealthy',
      reasons: ['no pass has ended for 181 s'],
    });
    endpoint.passed(report({ result: 'failed' }), loopState());
    expect(health().status).toBe(200);
  });

  it('is 503 when the books cannot be used, and not for other reasons to stand still', () => {
    const { endpoint, health } = open();
    const stalled = (reason: 'BooksUnusable' | 'HistoryRewritten') =>
      loopState({ conditions: [condition({ type: 'Stalled', status: 'True', reason })] });
    endpoint.changed([], stalled('HistoryRewritten'));
    expect(health().status).toBe(200);
    endpoint.changed([], stalled('BooksUnusable'));
    expect(health()).toMatchObject({ status: 503 });
    endpoint.passed(report(), loopState());
    expect(health().status).toBe(200);
  });

  it('takes no time for too long where only cron says when', () => {
    const { clock, health } = open(null);
    clock.advance(7 * 86_400_000);
    expect(health().status).toBe(200);
  });
});

describe('the endpoint', () => {
  it('answers metrics as Prometheus wants them, to be kept nowhere', () => {
    const { endpoint } = open();
    const { status, headers, body } = endpoint.answer('GET', '/metrics?name=x');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(body).toContain('mcpform_build_info{version="1"} 1\n');
    expect(endpoint.answer('HEAD', '/metrics')).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    ['POST', '/metrics', 405],
    ['DELETE', '/healthz', 405],
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '//metrics', 404],
    ['GET', '/healthz/../metrics', 404],
  ])('refuses %s %s with %i', (method, path, status) => {
    expect(open().endpoint.answer(method, path).status).toBe(status);
  });
});
