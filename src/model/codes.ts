import { EXIT, type ExitCode } from './exit-code.ts';

/**
 * Every code a user can meet, once. Permanent: change the words, never the code.
 * `docs/errors.md` is generated from this table (`npm run generate`). Keep each room's block together, sorted.
 */
const table = {
  // engine and command line
  INTERNAL: e(EXIT.error, 'A bug in mcpform. Please report it with the stack trace.'),
  INTERRUPTED: e(
    EXIT.interrupted,
    'Stopped by Ctrl-C or a signal. What was running was finished or rolled back; run the command again.',
  ),
  NOT_APPROVED: e(
    EXIT.error,
    'The plan was not approved, or nobody could be asked: not a terminal, no `--auto-approve`, no plan file.',
  ),
  USAGE: e(EXIT.usage, 'A flag or argument is wrong. `mcpform COMMAND --help` lists what it takes.'),

  // manifest

  // lock

  // policy

  // graph

  // plan

  // claude-code

  // system

  // state

  // apply
} as const satisfies Record<string, CodeEntry>;

interface CodeEntry {
  /** What the process returns when this ends it. */
  readonly exit: ExitCode;
  /** One or two sentences for `docs/errors.md`: what it means and what to do. */
  readonly meaning: string;
}

export type Code = keyof typeof table;

export const CODES: Readonly<Record<Code, CodeEntry>> = table;

function e(exit: ExitCode, meaning: string): CodeEntry {
  return { exit, meaning };
}
