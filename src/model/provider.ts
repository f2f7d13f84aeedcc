import type { Address, Target } from './address.ts';
import type { Context } from './context.ts';
import type { Outcome } from './event.ts';
import type { Finding } from './finding.ts';
import type { EntryRecord } from './journal.ts';
import type { JsonObject, Pointer } from './json.ts';
import type { Plan, Step } from './plan.ts';
import type { Desired, Observed, Place, Rendered } from './resource.ts';

/**
 * One kind of thing we can change. A folder each; none knows another. The pure half (`render`, `identify`,
 * `normalize`, `review`) takes no context, on purpose. One conformance test holds all of them.
 */
export interface Provider {
  readonly name: string;
  /** Reads everything there is at the targets, ours or not, without choosing. Starts nothing. */
  observe(request: ObserveRequest, ctx: Context): Promise<Observation>;
  /** The desired object in this provider's words: normalised attributes, and what it cannot hold as findings. */
  render(desired: Desired): Rendered;
  /** Where a desired object lives, from what `observe` resolved. */
  identify(desired: Desired, observation: Observation): Place;
  /** Any spelling of an object → the one form that is compared. Idempotent. */
  normalize(value: JsonObject): JsonObject;
  /** Whether a change at the pointer cannot be made in place. */
  forcesReplacement(pointer: Pointer): boolean;
  /** Observed values at these pointers are hidden in plans unless equal to the desired ones. */
  isSensitive(pointer: Pointer): boolean;
  /** What people should know about this plan: shadowing, approvals, policy, logins, restarts. Pure. */
  review(plan: Plan, observation: Observation): readonly Finding[];
  /** Steps of one group are performed together (one file, one write). */
  groupOf(step: Step): string;
  /**
   * Performs the steps of one group and returns one result per step, in order. Checks each step's
   * precondition on what it re-reads. Never throws for a single step; throws only for a bug.
   */
  perform(work: readonly Work[], ctx: Context): Promise<readonly Performed[]>;
  /** Undoes a performed step of which a later half failed. */
  compensate?(work: Work, ctx: Context): Promise<void>;
  /** After all writes: looks once more at what was performed, after the provider's own settle time. */
  settle?(work: readonly Work[], ctx: Context): Promise<readonly Performed[]>;
  /** After a crash: clears away what an interrupted run left at these places. Waits for locks left behind. */
  recover?(places: readonly Place[], ctx: Context): Promise<void>;
  /** For `doctor`: whether what this provider needs is there and sound. Starts no server. */
  diagnose?(ctx: Context): Promise<readonly Diagnosis[]>;
}

/** One thing that `doctor` looked at. */
export interface Diagnosis {
  /** What was looked at: `claude-code config`. */
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  readonly hint?: string;
}

export interface ObserveRequest {
  /** Where desired objects go. */
  readonly targets: readonly Target[];
  /** Where remembered objects live; read too, so that drift and deletion are seen. */
  readonly places: readonly Place[];
  /** Absolute root of the manifest's repository, to tell shared files; null when there is none. */
  readonly root: string | null;
}

/** What is there. Plain data. */
export interface Observation {
  /** Every object at the targets, by `place.key`. */
  readonly objects: ReadonlyMap<string, Observed>;
  /** Where each target resolved to, by `targetKey(target)`. */
  readonly containers: ReadonlyMap<string, Container>;
  /** Files or engines that could not be read, and why; nothing there is ever taken for absent. */
  readonly unavailable: ReadonlyMap<string, Finding>;
  /** The resolved config path, compared with the one in the inventory. */
  readonly config: string;
  readonly findings: readonly Finding[];
  /** Names of variables that the client sets for its servers, beside its own environment. */
  readonly variables?: readonly string[];
  /** Whatever the provider's `review` needs; opaque to everybody else. */
  readonly facts: unknown;
}

/** The map of entries that a target means: a file and the path of keys to it. */
export interface Container {
  readonly file: string;
  readonly path: readonly string[];
  readonly isShared: boolean;
}

export function targetKey(target: Target): string {
  return `${target.client}/${target.scope}:${target.folder ?? ''}`;
}

/** A step with the values that a plan does not carry. Never printed, never stored. */
export interface Work {
  readonly step: Step;
  /**
   * The whole object as desired, normalised; null for delete and forget. `create` writes all of it; `update` and
   * `move` write only `step.paths`: with `after`, the value found here at the pointer; without, a removal.
   */
  readonly attributes: JsonObject | null;
  /** The books once this is done; null when the address leaves them. */
  readonly record: EntryRecord | null;
}

/** What `perform` did with one step. */
export interface Performed {
  readonly address: Address;
  readonly result: Exclude<Outcome['result'], 'skipped'>;
  /** What is there now, read back; null when it is gone. */
  readonly observed: Observed | null;
  readonly error?: NonNullable<Outcome['error']>;
  readonly findings: readonly Finding[];
}
