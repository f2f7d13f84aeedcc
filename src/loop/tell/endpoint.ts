import type { Context } from '../../model/context.ts';
import type { LoopState, Observer } from '../model.ts';
import type { Metrics } from './metrics.ts';

export interface EndpointSettings {
  /** From one pass to the next; null where only cron says when: then nothing is too long ago. */
  readonly intervalMs: number | null;
  readonly metrics: Metrics;
}

export interface EndpointAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Endpoint extends Observer {
  /** `GET /metrics` and `GET /healthz`. Who may ask is for the listener to say: it checks Host and Origin. */
  answer(method: string, path: string): EndpointAnswer;
}

/** So many intervals may go by without a pass. */
const PATIENCE = 3;

/** What a monitor is told. Its clock is one that stands still while the machine sleeps. */
export function openEndpoint(
  { intervalMs, metrics }: EndpointSettings,
  { system: { clock } }: Pick<Context, 'system'>,
): Endpoint {
  let lastMs = clock.monotonic();
  let state: LoopState | null = null;
  const reasons = (): readonly string[] => [
    ...(intervalMs !== null && clock.monotonic() - lastMs > PATIENCE * intervalMs
      ? [`no pass has ended for ${Math.round((clock.monotonic() - lastMs) / 1000)} s`]
      : []),
    ...(state === null || !isStalledByBooks(state) ? [] : ['the books cannot be used']),
  ];
  return {
    answer: (method, path) => {
      const [name] = path.split('?');
      if (name !== '/metrics' && name !== '/healthz') return plain(404, 'not found\n');
      if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET\n', { allow: 'GET, HEAD' });
      const found = name === '/metrics' ? metricsAnswer(metrics) : healthAnswer(reasons());
      return method === 'HEAD' ? { ...found, body: '' } : found;
    },
    passed: (_report, after) => {
      lastMs = clock.monotonic();
      state = after;
    },
    changed: (_transitions, after) => {
      state = after;
    },
    close: async () => undefined,
  };
}

function isStalledByBooks({ conditions }: LoopState): boolean {
  return conditions.some(
    ({ type, status, reason }) => type === 'Stalled' && status === 'True' && reason === 'BooksUnusable',
  );
}

function metricsAnswer(metrics: Metrics): EndpointAnswer {
  return plain(200, metrics.text(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
}

function healthAnswer(reasons: readonly string[]): EndpointAnswer {
  const status = reasons.length === 0 ? 200 : 503;
  const body = { status: status === 200 ? 'ok' : 'unhealthy', reasons };
  return plain(status, `${JSON.stringify(body)}\n`, { 'content-type': 'application/json' });
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): EndpointAnswer {
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body,
  };
}
