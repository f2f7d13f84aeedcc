import type { Address } from '../../model/address.ts';
import type { Outcome } from '../../model/event.ts';
import type { Finding } from '../../model/finding.ts';
import type { Plan } from '../../model/plan.ts';
import type { PassFailure, RevisionNote } from '../model.ts';

/** What happened in a pass. Several of it may: a new revision that is unusable, and the last good one put in force. */
export interface PassFacts {
  readonly stack: string;
  /** Its end, ms since the epoch. */
  readonly nowMs: number;
  /** What the source had; null when it had nothing that could be read. */
  readonly revision: RevisionNote | null;
  /** What became of looking for a signature; null when it did not come to that. */
  readonly signature: { readonly signer: string } | 'unverified' | 'nothing-to-verify' | null;
  /** Why `revision` was not put in force, or why nothing was. */
  readonly failure: PassFailure | null;
  /** Of `revision`, or with a failure of the last good one, with what was held in it; null when there is none. */
  readonly plan: Plan | null;
  readonly outcomes: readonly Outcome[];
  /** By `place.file`, the container engines that were asked: why one did not answer, null for one that did. */
  readonly engines: ReadonlyMap<string, Finding | null>;
  /** Who may have changed what is at an address, in words. Asked only when it becomes contended. */
  readonly suspects: (address: Address) => readonly string[];
}
