import type { Address } from '../../model/address.ts';
import type { Finding } from '../../model/finding.ts';
import type { Plan } from '../../model/plan.ts';
import type { Expansion, Resource } from '../expansion.ts';
import type { Loaded } from '../load.ts';

/** What a plan of no machine is judged by. */
export interface Subject {
  /** Null: the stack is not there any more. */
  readonly head: (Expansion & { readonly loaded: Loaded }) | null;
  /** Null where there is nothing to compare with. */
  readonly base: Expansion | null;
  /** What `head` asks for, with ports chosen. */
  readonly resources: readonly Resource[];
}

/** Whoever has a say in a plan of no machine. Findings are located in the files of `head`, or will be. */
export interface Jury {
  /** Before it is made: what comes out as a conflict, and why. */
  judge(subject: Subject): Promise<{
    readonly denied: ReadonlyMap<Address, Finding>;
    readonly findings: readonly Finding[];
  }>;
  /** Once it is made. */
  review(plan: Plan, subject: Subject): Promise<readonly Finding[]>;
}

export const NO_JURY: Jury = {
  judge: async () => ({ denied: new Map(), findings: [] }),
  review: async () => [],
};
