import type { Code } from './codes.ts';
import type { Finding } from './finding.ts';

/** An image that mcpform had an engine fetch, and that no stack and no generation names any more. */
export interface LeftImage {
  /** As addresses name it: `docker`, `docker@lab`. */
  readonly engine: string;
  /** `docker.io/library/redis@sha256:…` */
  readonly image: string;
  /** As the engine counts it; other images may share some of it. */
  readonly bytes: number;
  /** When it was fetched. ISO 8601, UTC. */
  readonly pulled: string;
  /**
   * Why it stays; null: it goes. `in-use`: a container was made from it. `tagged`: somebody gave it a name.
   * `recent`: it was fetched within the hour, perhaps for an apply that is at work.
   */
  readonly kept: 'in-use' | 'tagged' | 'recent' | null;
}

/** What was found, and what of it goes. `images prune --dry-run --json` prints it as it is. */
export interface PruneReport {
  readonly formatVersion: '1.0';
  /** By engine, then by name. */
  readonly images: readonly LeftImage[];
  /** How many of those that mcpform had fetched are still named by a stack, a generation or a lock. */
  readonly needed: number;
  /** How many are on engines that do not answer, or that another engine has taken the place of. */
  readonly unknown: number;
  /** Of those engines. */
  readonly findings: readonly Finding[];
}

/** `gone`: somebody else removed it. `kept`: it is needed again since it was shown. */
export interface PruneOutcome {
  readonly result: 'removed' | 'gone' | 'kept' | 'failed';
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}
