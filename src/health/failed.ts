import type { Health, HealthFailure, Latency } from '../model/health.ts';

/** A check that failed and learnt nothing else. */
export function failed(failure: HealthFailure, latencyMs: Latency): Health {
  return { state: 'unhealthy', latencyMs, failure };
}
