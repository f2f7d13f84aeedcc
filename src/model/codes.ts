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
  GRAPH_CYCLE: e(
    EXIT.error,
    'Servers depend on one another in a circle. The message prints it; remove one `dependsOn` on the way.',
  ),
  GRAPH_DEPENDENCY_DISABLED: e(
    EXIT.error,
    'A server depends on one with `enabled: false`. It is written all the same, without waiting for anything.',
  ),
  GRAPH_DUPLICATE_ADDRESS: e(
    EXIT.error,
    'One server has the same target twice, so two entries would have one address. Remove one of the targets.',
  ),
  GRAPH_DUPLICATE_PLACE: e(
    EXIT.error,
    'Two addresses mean the same entry in the same file, such as a worktree and its main repository in local scope. Keep one.',
  ),
  GRAPH_LAUNCH_DIRECT: e(
    EXIT.error,
    'A package or image is started by npx, uvx or docker directly. It is pinned, but mcpform verifies nothing when it starts.',
  ),
  GRAPH_LAUNCH_UNAVAILABLE: e(
    EXIT.partial,
    'This release cannot launch the server as declared. That server is left alone; the hint names a form that works.',
  ),
  GRAPH_SECRET_UNAVAILABLE: e(
    EXIT.partial,
    'A secret comes from a backend that this release cannot read; only `env` works. The server is left alone until then.',
  ),

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
