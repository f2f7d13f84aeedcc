import type { System } from '../model/system.ts';

/** What a runner gives to an action, in one parameter. */
export interface Surroundings {
  readonly system: System;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** To the log of the job. What came from outside goes through `log.ts` first. */
  readonly out: (text: string) => void;
  /** The built command line: what starts it, and its first arguments. */
  readonly mcpform: { readonly command: string; readonly args: readonly string[] };
  readonly version: string;
}
