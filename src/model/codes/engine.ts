import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const engineCodes = {
  INTERNAL: e(EXIT.error, 'A bug in mcpform. Please report it with the stack trace.'),
  INTERRUPTED: e(
    EXIT.interrupted,
    'Stopped by Ctrl-C or a signal. What was running was finished or rolled back; run the command again.',
  ),
  MANIFEST_EXISTS: e(
    EXIT.error,
    '`init` never overwrites a file. Add to it with `mcpform import`, or name another file.',
  ),
  MANIFEST_INVALID: e(
    EXIT.error,
    'The manifest has errors; each is listed with its place. Nothing was changed.',
  ),
  MANIFEST_NOT_FOUND: e(
    EXIT.error,
    'There is no `mcp.yaml` here. Name one with `-f`, or write one with `mcpform init`.',
  ),
  MANIFEST_UNREADABLE: e(
    EXIT.error,
    'A manifest file does not exist, may not be read, is a folder, or is far too large.',
  ),
  MANIFEST_UNWRITABLE: e(
    EXIT.error,
    'A manifest file could not be written. Check its permissions and those of its folder.',
  ),
  NOT_APPROVED: e(
    EXIT.stale,
    'The plan was not approved, or nobody could be asked: not a terminal, no `--auto-approve`, no plan file.',
  ),
  PLAN_NOT_OURS: e(
    EXIT.stale,
    'The plan file carries no seal of this machine, so it can be displayed but approves nothing.',
  ),
  PLAN_UNWRITABLE: e(EXIT.error, 'The plan could not be saved under the name given with `--out`.'),
  STACK_ON_HOLD: e(
    EXIT.stale,
    'A rollback put the stack on hold. `mcpform resume` ends it, and so does a manifest that says what was rolled back to.',
  ),
  VARIABLES_INVALID: e(
    EXIT.error,
    'A file given with `--var-file` cannot be read, or is not a map of names and plain values.',
  ),
  USAGE: e(EXIT.usage, 'A flag or argument is wrong. `mcpform COMMAND --help` lists what it takes.'),
} as const satisfies Record<string, CodeEntry>;
