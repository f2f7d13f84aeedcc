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
  VARIABLES_INVALID: e(
    EXIT.error,
    'A file given with `--var-file` cannot be read, or is not a map of names and plain values.',
  ),
  USAGE: e(EXIT.usage, 'A flag or argument is wrong. `mcpform COMMAND --help` lists what it takes.'),

  // manifest

  // lock
  LOCK_CONFLICT: e(
    EXIT.error,
    'The lock still has the markers of a Git merge. Keep the lines of both sides and remove the markers.',
  ),
  LOCK_INVALID: e(
    EXIT.error,
    'The lock is not as mcpform writes it. Restore it from Git; when it is lost, `mcpform apply` writes a new one.',
  ),
  LOCK_NEWER: e(
    EXIT.error,
    'The lock was written by a newer mcpform, and reading it as an older one could lose facts. Update mcpform.',
  ),

  // policy
  POLICY_DENIED: e(
    EXIT.denied,
    'The policy of this machine forbids what the manifest asks for. Change the manifest, or ask whoever owns the policy.',
  ),
  POLICY_INVALID: e(
    EXIT.denied,
    'A machine policy is there but cannot be read or understood, so nothing is allowed. Correct the file.',
  ),
  POLICY_WARNING: e(
    EXIT.denied,
    'The policy of this machine warns about something the manifest asks for. It is done all the same.',
  ),

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
  PLAN_ADDRESS_UNKNOWN: e(
    EXIT.usage,
    'A flag names an address that neither the manifest nor the state has. `mcpform status` lists them.',
  ),
  PLAN_EMPTY: e(
    EXIT.stale,
    'The manifest declares nothing while the state has resources. Pass the right file, run `mcpform destroy`, or allow it with `--allow-destroy`.',
  ),
  PLAN_EXCEEDS_APPROVAL: e(
    EXIT.stale,
    'Applying now would do something that the approved plan does not list. Review a new plan; the message names the resource and the field that moved.',
  ),
  PLAN_FILES_CHANGED: e(
    EXIT.partial,
    'The manifest is made of other files than when it was last applied, so nothing is deleted. Pass the same files, or `--files-changed`.',
  ),
  PLAN_FILE_INVALID: e(
    EXIT.error,
    'The file is not a plan that mcpform wrote, or it was damaged or edited. Make a new one with `mcpform plan --out FILE`.',
  ),
  PLAN_KEPT_VALUE: e(
    EXIT.partial,
    'Deleting an entry would also lose a value inside it that mcpform never wrote, such as one under `lifecycle.keep`. The entry is left alone.',
  ),
  PLAN_MASS_DELETE: e(
    EXIT.stale,
    'More than 3 and more than 30 % of the resources would be deleted. Allow it with `--allow-destroy`, or apply a reviewed plan file.',
  ),
  PLAN_MOVED_BOTH_DECLARED: e(
    EXIT.error,
    'Both ends of a pair in `moved` are declared, so it is not a rename. Remove one of the servers or the pair.',
  ),
  PLAN_MOVED_CYCLE: e(EXIT.error, 'The pairs in `moved` go in a circle. Remove one of them.'),
  PLAN_MOVED_TWICE: e(
    EXIT.error,
    'In `moved`, one address goes to two others, or two addresses in the state go to one. Keep one pair.',
  ),
  PLAN_PLACE_UNKNOWN: e(
    EXIT.error,
    'The lock says that an entry is ours, but its address does not lead to a file here. It is left alone.',
  ),
  PLAN_STALE: e(
    EXIT.stale,
    'The plan was made for another stack, machine or state than this one, or before a later apply. Make a new plan.',
  ),

  // claude-code
  JSON_DUPLICATE_KEY: e(
    EXIT.error,
    'A JSON file has the same key twice where an edit would go, so it is not clear which one counts. Remove one of them.',
  ),
  JSON_KEY_MISSING: e(
    EXIT.error,
    'A member that was to be renamed is no longer in the JSON file. Plan again.',
  ),
  JSON_KEY_TAKEN: e(
    EXIT.error,
    'A member cannot be renamed because the JSON file has another one of that name. Rename or remove it.',
  ),
  JSON_NOT_AN_OBJECT: e(
    EXIT.error,
    'A JSON file has another kind of value where an object is needed. Correct the file by hand.',
  ),

  // system
  SYSTEM_READ_ONLY: e(
    EXIT.error,
    'A command that only looks tried to write outside the cache folder. Nothing was written; please report it.',
  ),

  // state
  STATE_CORRUPT: e(
    EXIT.error,
    'The inventory is empty, damaged, or was edited by hand. Nothing is ever taken for absent because of it: restore the backup that the message names, or run `mcpform state rebuild`.',
  ),
  STATE_EXISTS: e(
    EXIT.error,
    'Books cannot be moved to a place that has books already. Remove or move those first.',
  ),
  STATE_FOLDER_UNSAFE: e(
    EXIT.error,
    'The state folder belongs to, or can be written by, another user. Give it to yourself with mode 0700, or name another with `--state-dir`.',
  ),
  STATE_FOREIGN_HOME: e(
    EXIT.error,
    'Root was about to write into the home folder of another user. Run as that user, or set HOME to the home of root.',
  ),
  STATE_FORMAT: e(
    EXIT.error,
    'The state was written by a version of mcpform with another format. Use that version or a newer one.',
  ),
  STATE_HISTORY_BROKEN: e(
    EXIT.error,
    'A generation was changed, or one in the middle is missing, so the history before it cannot be trusted. Applying still works.',
  ),
  STATE_HISTORY_UNKNOWN: e(
    EXIT.error,
    'There is no generation with that number. `mcpform history` lists those that are kept.',
  ),
  STATE_JOURNAL_CORRUPT: e(
    EXIT.error,
    'The journal has a damaged line before good ones, which no crash can leave behind. Run `mcpform state rebuild`, which looks at what is really there.',
  ),
  STATE_JOURNAL_FAILED: e(
    EXIT.error,
    'The journal could not be written: no space, a broken disk. No new step was started, and it is not tried again in the same run; free space and run the command again.',
  ),
  STATE_KEY_CORRUPT: e(
    EXIT.error,
    'The machine key file is damaged. Restore it, or remove it and run `mcpform state rebuild`.',
  ),
  STATE_LOCKED: e(
    EXIT.locked,
    'Another command holds the state, or one that died on another machine or in another container. Wait for it, or, if it is gone, run `mcpform state unlock --force`.',
  ),
  STATE_LOST: e(
    EXIT.error,
    'mcpform managed this stack here, but its books are gone. Restore them, or run `mcpform state rebuild`, which looks at what is really there.',
  ),
  STATE_OTHER_CONFIG: e(
    EXIT.error,
    'The client reads another configuration file than when the state was written. Point it back, or move the books with `mcpform state rebuild`.',
  ),
  STATE_OTHER_KEY: e(
    EXIT.error,
    'The state was written with another machine key, so nothing in it can be compared. Restore the key, or run `mcpform state rebuild`.',
  ),
  STATE_OTHER_MACHINE: e(
    EXIT.error,
    'The state was written on another machine: a copied or shared home folder. Use a state folder per machine, or run `mcpform state rebuild` here.',
  ),
  STATE_OTHER_SOURCE: e(
    EXIT.error,
    'A stack of this name from another repository or folder owns this state. Rename the stack, or run `mcpform state mv` if the folder was moved.',
  ),
  STATE_OTHER_USER: e(
    EXIT.error,
    'The state was written by another user. Run as that user, or name another folder with `--state-dir`.',
  ),
  STATE_UNKNOWN_ADDRESS: e(
    EXIT.error,
    'The address is not in the books. `mcpform state list` shows those that are.',
  ),
  STATE_UNREADABLE: e(
    EXIT.error,
    'A file of the state could not be read. It is never taken for missing: repair the permissions or the disk.',
  ),
  STATE_UNSETTLED: e(
    EXIT.error,
    'An interrupted step left something that is neither what was there before nor what was wanted. It is left as it is; the next plan compares it like anything else.',
  ),
  STATE_UNWRITABLE: e(
    EXIT.error,
    'The inventory could not be written. What was done is in the journal, and the next run takes it from there.',
  ),

  // apply
  APPLY_BUG: e(
    EXIT.error,
    'A provider broke its contract. What it did is settled by looking when the command is run again; please report it.',
  ),
  APPLY_CONFLICT: e(
    EXIT.partial,
    'The step is in conflict and was left alone. The plan says why and how to resolve it.',
  ),
  APPLY_DEPENDENCY: e(
    EXIT.partial,
    'Skipped, because something it depends on was not applied. Resolve that and run the command again.',
  ),
  APPLY_STOPPED: e(
    EXIT.partial,
    'Skipped, because the journal could not be written and no new step may start without it.',
  ),
  APPLY_UNDO_FAILED: e(
    EXIT.partial,
    'A step failed half-way and could not be undone. The next run looks at what is there and goes on from that.',
  ),
  APPLY_UNRECORDED: e(
    EXIT.partial,
    'The step was performed, but could not be recorded. The next run finds it by looking.',
  ),
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
