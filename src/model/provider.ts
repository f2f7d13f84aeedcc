import type { Address, Target } from './address.ts';
import type { Context } from './context.ts';
import type { McpformError } from './error.ts';
import type { Failure, Outcome } from './event.ts';
import type { Finding } from './finding.ts';
import type { Gate, HealthTarget } from './health.ts';
import type { Begin, EntryRecord } from './journal.ts';
import type { Json, JsonObject, Pointer } from './json.ts';
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
  /**
   * A world that nobody looked at, with nothing in it: the same on every machine, so that `identify` can say where
   * desired objects go on all of them. Has no facts for `review`. Pure.
   */
  nominal(request: NominalRequest): Observation;
  /** The desired object in this provider's words: normalised attributes, and what it cannot hold as findings. */
  render(desired: Desired): Rendered;
  /** Where a desired object lives, from what `observe` resolved. */
  identify(desired: Desired, observation: Observation): Place;
  /** Any spelling of an object → the one form that is compared. Idempotent. */
  normalize(value: JsonObject): JsonObject;
  /** Whether a change at the pointer cannot be made in place. An absent side: nothing there. */
  forcesReplacement(pointer: Pointer, change: { readonly before?: Json; readonly after?: Json }): boolean;
  /** Observed values at these pointers are hidden in plans unless equal to the desired ones. */
  isSensitive(pointer: Pointer): boolean;
  /**
   * Whether whatever is observed in a managed object is ours to take away, also what we never wrote, but for
   * `Observed.unknown`. Absent: others may write into the object too.
   */
  ownsAll?(place: Place): boolean;
  /** Pointers that say how an object is doing, not what it is: such a change does not keep it from being deleted. */
  isVolatile?(pointer: Pointer): boolean;
  /** Whether deleting the object loses what nobody can make again: that always takes an explicit consent. */
  holdsData?(place: Place): boolean;
  /**
   * How the client reaches the server of an entry that it has: its variables expanded, its header helper asked. Null
   * when what it would start is not what is declared. Throws a McpformError where it cannot be reached at all.
   */
  reach?(entry: ClientEntry, observation: Observation, ctx: Context): Promise<HealthTarget | null>;
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
  /**
   * After a crash, before anybody looks: clears away what an interrupted run left of these steps, so that what is
   * there is either as before or as after. Waits for locks left behind. Returns, by `place.file`, where that could not
   * be done and why: nothing there can be judged in this run.
   */
  recover?(pending: readonly Begin[], ctx: Context): Promise<ReadonlyMap<string, Finding>>;
  /** For `doctor`: whether what this provider needs is there and sound. Starts no server. */
  diagnose?(ctx: Context): Promise<readonly Diagnosis[]>;
}

/** An entry as it is, and as it is declared; both normalised. */
export interface ClientEntry {
  readonly server: string;
  readonly target: Target;
  readonly observed: JsonObject;
  readonly declared: JsonObject;
  /** Where secrets were filled in: there, what is declared is a template. */
  readonly filled: readonly Pointer[];
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
  /** Where desired client entries go. */
  readonly targets: readonly Target[];
  /** What is desired of this provider. */
  readonly desired: readonly Desired[];
  /** Where remembered objects live; read too, so that drift and deletion are seen. */
  readonly places: readonly Place[];
  /** By `place.key`: what `Observed.id` was when it was last written, so that it is found under another name. */
  readonly ids: ReadonlyMap<string, string>;
  /** Absolute root of the manifest's repository, to tell shared files; null when there is none. */
  readonly root: string | null;
  /** By `place.file`: what is not to be asked now, and why. It counts as unavailable. */
  readonly closed?: ReadonlyMap<string, McpformError>;
}

export type NominalRequest = Pick<ObserveRequest, 'targets' | 'desired'> & {
  /** As in `ObserveRequest`; always known. */
  readonly root: string;
};

/** What is there. Plain data. */
export interface Observation {
  /** Every object at the targets, by `place.key`. */
  readonly objects: ReadonlyMap<string, Observed>;
  /** Where each target resolved to, by `targetKey(target)`. */
  readonly containers: ReadonlyMap<string, Container>;
  /** Files or engines that could not be read, and why; nothing there is ever taken for absent. */
  readonly unavailable: ReadonlyMap<string, Finding>;
  /** The resolved config path, compared with the one in the inventory; null where there is no such thing. */
  readonly config: string | null;
  readonly findings: readonly Finding[];
  /** Names of variables that the client sets for its servers, beside its own environment. */
  readonly variables?: readonly string[];
  /** By `place.file`: the container engines that answered. */
  readonly engines?: ReadonlyMap<string, EngineFacts>;
  /** Whatever the provider's `review` needs; opaque to everybody else. */
  readonly facts: unknown;
}

/** What others need to know of a container engine. */
export interface EngineFacts {
  /** The machine it runs on, as it is reached from here; null: this one. */
  readonly host: string | null;
  /** Ports of that machine on which a container is published, running or not: the container's name by port. */
  readonly ports: ReadonlyMap<number, string>;
  /** Whether it finds the folders of this machine under their paths. Looked at only where a container wants one of ours. */
  readonly sharesFolders?: boolean;
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
  /** Which books: what is made carries it as a label. */
  readonly lineage?: string;
  /** The journal's name for this step, unique for ever. Set by apply. */
  readonly operation?: string;
  /** How to tell that what was started works. Absent: nothing but that it runs. */
  readonly gate?: Gate;
}

/** What `perform` did with one step. */
export interface Performed {
  readonly address: Address;
  readonly result: Exclude<Outcome['result'], 'skipped'>;
  /** What is there now, read back; null when it is gone. */
  readonly observed: Observed | null;
  readonly error?: Failure;
  /** With `failed`: what it left is neither as before nor as wanted, or not known. It stays begun, for `recover`. */
  readonly isOpen?: true;
  readonly findings: readonly Finding[];
}
