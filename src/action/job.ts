import type { Event } from './event.ts';
import type { Git } from './git.ts';
import type { GitHub } from './github/github.ts';
import type { Inputs } from './inputs.ts';
import type { Log } from './log.ts';
import type { MayRun } from './run-mcpform.ts';
import type { Surroundings } from './surroundings.ts';

/** One run of the action. */
export interface Job {
  readonly around: Surroundings;
  readonly log: Log;
  readonly inputs: Inputs;
  readonly event: Event;
  readonly git: Git;
  /** Opened by the first who needs it; null without a token. */
  readonly gitHub: () => Promise<GitHub | null>;
  /** The same with the token for policies of other repositories. */
  readonly openPolicies: () => Promise<GitHub | null>;
  readonly may: MayRun;
  /** Absolute and real: what all files are below. */
  readonly workspace: string;
  /** The first manifest file, as a path below the workspace: where what has no place of its own is shown. */
  readonly manifest: string;
  /** What tells this stack's comment and reports from others. */
  readonly label: string;
}
