import type { Code } from './codes.ts';
import type { GONE } from './process-owner.ts';

/**
 * A container that seems to be left behind.
 *
 * `leaked`: one we started, and who started it is certainly gone. `unknown`: one we started, from another machine or
 * pid namespace, so nobody can tell from here; never removed. `suspect`: not ours, and like the containers that clients
 * start and leave; nothing tells whether somebody still uses it.
 */
export interface LeftContainer {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** As whoever started it wrote it. */
  readonly image: string;
  /** The server of a manifest; null for what is not ours. */
  readonly server: string | null;
  /** The engine's word: `running`, `created`, `exited`, … */
  readonly state: string;
  /** ISO 8601, UTC, by the engine's clock. */
  readonly created: string;
  readonly standing: 'leaked' | 'unknown' | 'suspect';
  readonly because: (typeof GONE)[number] | 'elsewhere' | 'hidden' | 'looks-like-mcp';
  /** Whether this sweep removes it. */
  readonly isChosen: boolean;
}

/** What was found, and what of it a sweep removes. `plan --sweep --json` prints it as it is. */
export interface SweepReport {
  readonly formatVersion: '1.0';
  /** ISO 8601, UTC: what ages are counted from. */
  readonly now: string;
  /** Oldest first. */
  readonly containers: readonly LeftContainer[];
  /** Ids of containers that the engine says nothing about in time: they hang in it. */
  readonly hanging: readonly string[];
}

/** `gone`: somebody else removed it. `kept`: it is not what it was when it was shown; somebody uses it again. */
export interface SweepOutcome {
  readonly id: string;
  readonly result: 'removed' | 'gone' | 'kept' | 'failed';
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}
