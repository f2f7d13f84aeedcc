import type { Address } from './address.ts';
import type { Code } from './codes.ts';
import type { HeldBecause } from './plan.ts';

/** How far the loop goes: look, tell people, or put right. */
export type Mode = 'observe' | 'warn' | 'enforce';

/** Why a pass is made. Several that come together make one pass. */
export type Wake =
  | { readonly kind: 'start' | 'interval' | 'cron' | 'retry' | 'signal' | 'clock' }
  /** Somebody asks for it and waits for its end. */
  | { readonly kind: 'request'; readonly id: string }
  | { readonly kind: 'webhook'; readonly delivery: string }
  /** A file that we manage is not as the last pass left it. */
  | { readonly kind: 'file'; readonly file: string }
  /** Something of ours on an engine is not as the last pass left it. */
  | { readonly kind: 'engine'; readonly engine: string };

export type ConditionType = 'Ready' | 'Reconciling' | 'Stalled' | 'Healthy' | 'Contended' | 'SourceVerified';

/** One thing that is known of the stack, as Kubernetes writes it. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  /** A sentence. Holds no secret. */
  readonly message: string;
  /** When `status` became what it is: ISO 8601, UTC. */
  readonly since: string;
  /** The revision it was said of. */
  readonly revision: string | null;
}

/** Additive. */
export type Reason =
  | 'Starting'
  | 'Progressing'
  | 'InSync'
  | 'Applied'
  | 'DriftObserved'
  | 'ChangesPending'
  | 'PartiallyApplied'
  | 'ApplyFailed'
  | 'SourceUnavailable'
  | 'SourceInvalid'
  | 'SourceTooOld'
  | 'SourceTooNew'
  | 'SignatureMissing'
  | 'SignatureUntrusted'
  | 'HistoryRewritten'
  | 'Verified'
  | 'NotVerified'
  | 'NothingToVerify'
  | 'MassDelete'
  | 'PolicyDenied'
  | 'ApprovalNeeded'
  | 'OnHold'
  | 'Suspended'
  | 'Window'
  | 'BooksUnusable'
  | 'Unhealthy'
  | 'AllHealthy'
  | 'EngineUnavailable'
  | 'Fighting'
  | 'NobodyFights';

/** Somebody or something else keeps changing what we keep putting back. */
export interface Contention {
  readonly address: Address;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** What it is about, as pointers. */
  readonly pointers: readonly string[];
  /** Who that may be, as far as can be known, in words. */
  readonly suspects: readonly string[];
}

export interface Suspension {
  /** ISO 8601, UTC; absent: until somebody resumes it. */
  readonly until?: string;
  readonly reason?: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface Ailment {
  /** Consecutive passes that saw it unhealthy since it was restarted. */
  readonly seen: number;
  readonly attempts: number;
  /** When it was restarted last, ms since the epoch; 0 before the first time. */
  readonly lastMs: number;
}

/** What the loop remembers between passes and restarts: `loop.json` in the state folder, 0600. */
export interface LoopState {
  readonly formatVersion: 1;
  readonly source: string | null;
  readonly lastAttempted: RevisionNote | null;
  /** The last of which something was done, or nothing was left to do: it stays enforced while a newer one is unusable. */
  readonly lastApplied: RevisionNote | null;
  readonly conditions: readonly Condition[];
  /** Passes made since the state was new. */
  readonly passes: number;
  /** Consecutive passes that failed in a way worth a retry. */
  readonly failures: number;
  /** By address: the numbers of the passes that put it back, of the last ten. */
  readonly corrections: Readonly<Record<Address, readonly number[]>>;
  readonly contended: Readonly<Record<Address, Contention>>;
  /** By address: in how many consecutive passes it was due to be deleted. */
  readonly unwanted: Readonly<Record<Address, number>>;
  /** By address, or `*` for all of it. */
  readonly suspended: Readonly<Record<Address | '*', Suspension>>;
  /** By `place.file`: engines that failed in a row, and until when (ms since the epoch) nobody asks them. */
  readonly breakers: Readonly<Record<string, { readonly failures: number; readonly openUntilMs: number }>>;
  /** By address: what is unhealthy, until it is seen healthy. */
  readonly restarts: Readonly<Record<Address, Ailment>>;
  /** Where a damaged `loop.json` was put: what it knew may be lost, so nothing is enforced until somebody says so. */
  readonly damaged?: string;
}

export interface RevisionNote {
  readonly commit: string | null;
  readonly label: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly manifestDigest: string;
  readonly lockDigest: string | null;
}

/** One pass, as the log, metrics and whoever waits for it get it. */
export interface PassReport {
  /** Absent until a manifest could be read. */
  readonly stack?: string;
  readonly number: number;
  readonly wakes: readonly Wake[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly revision: string | null;
  readonly result: 'in-sync' | 'applied' | 'pending' | 'partial' | 'failed' | 'skipped';
  /** Steps planned by action, and what became of them. */
  readonly planned: Readonly<Record<string, number>>;
  readonly done: number;
  readonly failed: number;
  /** Addresses that were put back. */
  readonly corrected: readonly Address[];
  /** Addresses with a step that was left alone, and why. */
  readonly held: Readonly<Record<Address, HeldBecause>>;
  /** Why steps failed; absent where none did. */
  readonly failures?: Readonly<Record<Address, PassError>>;
  readonly error?: PassError;
}

export interface PassError {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
}

/** A condition that is no longer what it was. The only thing people are notified of. */
export interface Transition {
  readonly stack: string;
  readonly before: Condition | null;
  readonly after: Condition;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Addresses it is about, where it is about some. */
  readonly addresses: readonly Address[];
}

/** What a stack has on this machine. */
export interface Managed {
  /** Absolute paths of client files. */
  readonly files: readonly string[];
  /** Docker contexts of engines; null: the one that the docker command talks to. */
  readonly engines: readonly (string | null)[];
  /** Those that the pass may have written itself, as places name them (`Place.file`); absent: all. */
  readonly written?: readonly string[];
}
