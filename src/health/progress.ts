import type { Health } from '../model/health.ts';
import type { Phase } from './trouble.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How far a handshake came. Filled in on the way, so that a failure keeps what was learnt before it. */
export interface Progress extends Mutable<Omit<Health, 'state' | 'failure' | 'latencyMs'>> {
  phase: Phase;
  readonly latencyMs: Mutable<Health['latencyMs']>;
}

export function beginProgress(): Progress {
  return { phase: 'connect', latencyMs: {} };
}

/** Tenths are as exact as it gets. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
