import type { Address } from './address.ts';
import type { Finding } from './finding.ts';
import type { Json, Pointer } from './json.ts';
import type { PinSummary, Place, SecretUse } from './resource.ts';

export type Action =
  | 'noop'
  | 'record'
  | 'create'
  | 'update'
  | 'replace'
  | 'delete'
  | 'adopt'
  | 'move'
  | 'forget'
  | 'conflict';

/** Why a step is in the plan. Additive; put in words by `report/words.ts`. */
export type Because =
  | 'declared' // in the manifest, not there yet
  | 'missing' // we wrote it, somebody removed it
  | 'changed' // the manifest moved
  | 'repinned' // the lock moved
  | 'drifted' // the world moved
  | 'changed-and-drifted'
  | 'already-there' // equal and not ours: adopt
  | 'taken-over' // different and not ours, and somebody said to take it
  | 'in-sync' // record: the world is as desired, the books are not
  | 'ungranted' // record: it needs a secret that nobody has granted to it
  | 'rotated' // a secret has another value
  | 'removed' // no longer in the manifest
  | 'disabled' // enabled: false
  | 'destroy' // mcpform destroy
  | 'gone' // forget: neither declared nor there
  | 'orphaned' // forget: lifecycle.onRemove: orphan, or adopted
  | 'renamed' // move
  | 'requested' // a flag named it
  | 'exists' // conflict: different and not ours
  | 'modified' // conflict: would delete what is no longer what we wrote
  | 'protected' // conflict: lifecycle.protect
  | 'blocked' // conflict: cannot be written on this machine now, see the finding
  | 'unavailable' // conflict: the place could not be read
  | 'denied' // conflict: machine policy
  | 'held' // conflict: the loop leaves it alone for now
  | 'dependency'; // conflict: waits for something that is itself in conflict

export type Cause = 'config' | 'drift' | 'both' | 'lock' | 'dependency' | 'secret' | 'request';

/**
 * A value in a plan. Observed values at sensitive pointers (`/env`, `/headers`, `/args`, `/url`) are `hidden`
 * unless they equal the desired one: people paste keys there. `digest` is keyed with this machine's key.
 */
export type Shown = { readonly value: Json } | { readonly hidden: true; readonly digest: string };

export interface PathChange {
  readonly pointer: Pointer;
  /** Absent: not there before. */
  readonly before?: Shown;
  /** Absent: will not be there. */
  readonly after?: Shown;
  readonly cause: Cause;
  readonly forcesReplacement?: true;
}

export interface Step {
  readonly address: Address;
  readonly provider: string;
  /** The manifest's server, when it still has one, and is not one of several that share it. */
  readonly server?: string;
  readonly action: Exclude<Action, 'noop'>;
  readonly because: Because;
  readonly place: Place;
  /**
   * Sorted by pointer. Empty for record, adopt, forget and delete. In a `static` plan also what is beside the object:
   * below `/launch` what an entry starts through `mcpform exec`, below `/lifecycle` what guards it.
   */
  readonly paths: readonly PathChange[];
  /** For `conflict`: it is about something that shall no longer be there. */
  readonly isLeaving?: true;
  /** Addresses whose steps must succeed first. */
  readonly needs: readonly Address[];
  /** For `move`. */
  readonly previousAddress?: Address;
  readonly previousPlace?: Place;
  /** For `conflict` because `held`: why the loop leaves it alone, and what would be done. */
  readonly held?: Held;
  /** For `conflict` because `dependency`: who blocks it. */
  readonly blockedBy?: Address;
  readonly secrets: readonly ReceivedSecret[];
  /** What the lock pins, where that differs from what was applied; `before` is absent when nothing was. */
  readonly pin?: { readonly before?: PinSummary; readonly after: PinSummary };
  /** Deletes and replacements that lose something. */
  readonly isDestructive: boolean;
  /** Keyed digest of the observed object the step was planned on, or `absent`. Checked again before writing. */
  readonly precondition: string;
}

/** Why the loop leaves a step of a plan alone. */
export type HeldBecause =
  | 'observed' // the mode is observe or warn
  | 'suspended'
  | 'contended' // somebody else keeps changing it back
  | 'unpruned' // a delete, and pruning is off
  | 'unconfirmed' // a delete that was not due for long enough
  | 'data' // data would be lost
  | 'restarting' // unhealthy, and restarted too often or too short ago
  | 'window'; // not at this time

export interface Held {
  readonly because: HeldBecause;
  readonly action: Step['action'];
  readonly reason: Because;
}

/** A secret that the object of a step receives. */
export interface ReceivedSecret extends SecretUse {
  /** Nobody has granted it yet to this object as it is launched now: approving the plan does. */
  readonly isNew: boolean;
  /** Its value is another than the last one seen for this object. Known only where values were looked at. */
  readonly hasChanged?: true;
}

/** The one thing apply performs and a person approves. Deterministic: same inputs, same bytes. */
export interface Plan {
  readonly formatVersion: '1.0';
  readonly planId: string;
  readonly stack: string;
  readonly mode: 'apply' | 'destroy' | 'drift-only' | 'rollback' | 'static';
  /** Of `static`: the revisions that are compared. */
  readonly between?: Between;
  /** The state it was made against; `lineage` is null before the first apply. */
  readonly lineage: string | null;
  readonly serial: number;
  /** Who and where: machine, user, the files that would be written. */
  readonly machine: string;
  /** Topological, ties by address; deletes last. No noops. */
  readonly steps: readonly Step[];
  /** Addresses that need nothing, sorted. */
  readonly unchanged: readonly Address[];
  readonly findings: readonly Finding[];
  readonly summary: Summary;
  /** False when `--target` or an unavailable place left something out. */
  readonly isComplete: boolean;
  /** False when a guard or an error forbids applying it. */
  readonly isApplicable: boolean;
}

/** Commit ids. */
export interface Between {
  readonly from: string;
  /** Null: the work tree, whatever stands in it. */
  readonly to: string | null;
}

/** Counts of steps by action, and of what needs nothing. */
export type Summary = Readonly<Record<Exclude<Action, 'noop'> | 'unchanged', number>>;
