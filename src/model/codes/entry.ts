import type { ExitCode } from '../exit-code.ts';

export interface CodeEntry {
  /** What the process returns when this ends it. */
  readonly exit: ExitCode;
  /** One or two sentences for `docs/errors.md`: what it means and what to do. */
  readonly meaning: string;
}

export function e(exit: ExitCode, meaning: string): CodeEntry {
  return { exit, meaning };
}
