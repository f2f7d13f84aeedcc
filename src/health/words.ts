import type { HealthFailure, HealthTarget } from '../model/health.ts';
import type { Mask } from './mask.ts';
import type { Phase } from './trouble.ts';

export interface Circumstances {
  readonly target: HealthTarget;
  readonly mask: Mask;
  readonly phase: Phase;
  readonly timeoutMs: number;
  /** The last lines of a program's stderr. */
  readonly log: readonly string[];
}

export type Words = Pick<HealthFailure, 'code' | 'message' | 'hint'>;

export interface Said extends Circumstances {
  /** Quoted. */
  readonly place: string;
}
