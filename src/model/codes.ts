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
  STACK_ON_HOLD: e(EXIT.stale, 'A rollback put the stack on hold. `mcpform resume` ends it.'),
  VARIABLES_INVALID: e(
    EXIT.error,
    'A file given with `--var-file` cannot be read, or is not a map of names and plain values.',
  ),
  USAGE: e(EXIT.usage, 'A flag or argument is wrong. `mcpform COMMAND --help` lists what it takes.'),

  // manifest
  MANIFEST_API_VERSION: e(
    EXIT.error,
    'The file declares a version of the format that this mcpform does not read. Write `apiVersion: mcpform/v1`, or update mcpform.',
  ),
  MANIFEST_CHARACTER: e(
    EXIT.error,
    'A text holds a character that its place cannot carry, such as NUL in an argument or a line end in a header.',
  ),
  MANIFEST_CLIENT_VARIABLE: e(
    EXIT.error,
    '`${NAME}` stands where nobody would expand it. It works in `command`, `args`, `env`, `url` and `headers` of what a client starts or calls; elsewhere use `${var.name}`, or write `$${` for a literal `${`.',
  ),
  MANIFEST_CYCLE: e(
    EXIT.error,
    'Servers depend on one another in a circle, which the message prints. Remove one `dependsOn` on the way.',
  ),
  MANIFEST_DEPENDENCY_UNKNOWN: e(
    EXIT.error,
    '`dependsOn` names a server that the manifest does not declare.',
  ),
  MANIFEST_FIELD: e(
    EXIT.error,
    'A field does not fit the kind of server it stands in, such as `port` beside `command`. Remove it, or change the runtime or transport.',
  ),
  MANIFEST_IMAGE: e(EXIT.error, '`image` is not a valid reference: `[REGISTRY/]NAME[:TAG][@sha256:DIGEST]`.'),
  MANIFEST_IMPORT_IGNORED: e(
    EXIT.error,
    'An imported entry has a key that its client does not know. It is not declared, and stays where it is.',
  ),
  MANIFEST_IMPORT_KEPT: e(
    EXIT.error,
    "A part of an imported entry cannot be written in a manifest. It is listed under `lifecycle.keep` and stays in the client's file.",
  ),
  MANIFEST_IMPORT_REFUSED: e(
    EXIT.partial,
    'An entry cannot be declared in a manifest. The others were imported; the hint says what to change in the client.',
  ),
  MANIFEST_IMPORT_SECRET: e(
    EXIT.error,
    "A part of an imported entry looks like a credential. It was not copied: it is listed under `lifecycle.keep` and stays in the client's file.",
  ),
  MANIFEST_INTERPOLATION: e(
    EXIT.error,
    'A `${…}` in a text has no meaning here, is not closed, or is nested in another. Known are `${var.name}`, `${secret.name}`, `${NAME}` and `${NAME:-default}`.',
  ),
  MANIFEST_KIND: e(EXIT.error, 'The file is not a stack: `kind` is missing or not `Stack`.'),
  MANIFEST_LITERAL_SECRET: e(
    EXIT.error,
    'A value looks like a credential written in clear text. Declare where it is under `secrets` and write `${secret.name}`; then replace the credential, because it was in a file.',
  ),
  MANIFEST_MISSING_KEY: e(EXIT.error, 'A required key is missing.'),
  MANIFEST_MOVED: e(
    EXIT.error,
    'An item of `moved` is not two different addresses, its target is not declared, its source still is, or two items contradict each other.',
  ),
  MANIFEST_NAME: e(
    EXIT.error,
    'A name has characters that are not allowed, is too long, or is reserved by the client.',
  ),
  MANIFEST_NAME_CASE: e(
    EXIT.error,
    'Two names differ only in upper and lower case. They are two servers, but easy to mix up.',
  ),
  MANIFEST_NOT_EDITABLE: e(
    EXIT.error,
    'Servers cannot be added to this file without rewriting what is there. Add them by hand, or import into a new file.',
  ),
  MANIFEST_PACKAGE: e(
    EXIT.error,
    '`package` is not valid: `npm:NAME@VERSION`, `pypi:NAME@VERSION`, `git:https://HOST/REPOSITORY@COMMIT` or `mcpb:URL`.',
  ),
  MANIFEST_REFERENCE_UNKNOWN: e(
    EXIT.error,
    'A server uses a network or volume that is not declared at the top level.',
  ),
  MANIFEST_RUNTIME: e(
    EXIT.error,
    'A server has none, or more than one, of `command`, `package`, `image` and `url`. It needs exactly one.',
  ),
  MANIFEST_SECRET_BACKEND: e(
    EXIT.error,
    'A secret has none, or more than one, of the backends (`env`, `file`, `exec`, …). It needs exactly one.',
  ),
  MANIFEST_SECRET_PLACE: e(
    EXIT.error,
    '`${secret.name}` stands outside `env`, `headers` and `url`. Arguments and commands are visible to every process of the machine.',
  ),
  MANIFEST_SECRET_UNKNOWN: e(
    EXIT.error,
    '`${secret.name}` names a secret that the manifest does not declare under `secrets`.',
  ),
  MANIFEST_TARGET: e(
    EXIT.error,
    'A target names an unknown client, gives a `path` in user scope, or a server has no target at all.',
  ),
  MANIFEST_TARGET_DUPLICATE: e(
    EXIT.error,
    'A server has the same client, scope and folder twice. Remove one.',
  ),
  MANIFEST_TRANSPORT: e(
    EXIT.error,
    'The transport does not fit the runtime: programs and packages speak stdio, URLs speak http, sse or ws.',
  ),
  MANIFEST_UNKNOWN_KEY: e(
    EXIT.error,
    'A key is not known at its place. The message names the nearest known key; keys that start with `x-` are ignored.',
  ),
  MANIFEST_URL: e(EXIT.error, '`url` is not an absolute URL of the scheme that its transport needs.'),
  MANIFEST_VARIABLE_MISSING: e(
    EXIT.error,
    'A variable without a default is used and was not given. Give it with `--var NAME=VALUE`, in a `--var-file`, or as `MCPFORM_VAR_NAME`.',
  ),
  MANIFEST_VARIABLE_UNDECLARED: e(
    EXIT.error,
    'A variable was given that the manifest does not declare. It has no effect.',
  ),
  MANIFEST_VARIABLE_UNKNOWN: e(
    EXIT.error,
    '`${var.name}` names a variable that the manifest does not declare under `variables`.',
  ),
  MANIFEST_VARIABLE_UNUSED: e(EXIT.error, 'A variable is declared and never used.'),
  MANIFEST_WRONG_TYPE: e(
    EXIT.error,
    'A value has the wrong type, such as a number where text is expected. Quoting makes it text.',
  ),
  MANIFEST_WRONG_VALUE: e(
    EXIT.error,
    'A value is not one of those allowed at its place, or does not have the form it needs.',
  ),
  YAML_ALIAS: e(EXIT.error, 'An alias names no anchor above it, or stands inside its own anchor.'),
  YAML_ALIAS_LIMIT: e(
    EXIT.error,
    'Aliases multiply the content beyond a limit. Files like that are made to exhaust memory.',
  ),
  YAML_BIDI: e(
    EXIT.error,
    'The text has characters that change the reading direction, so it may mean something else than it shows to a reviewer.',
  ),
  YAML_CHARACTER: e(
    EXIT.error,
    'The file has a NUL or another control character. YAML allows them only as escapes in double quotes.',
  ),
  YAML_DIRECTIVE: e(
    EXIT.error,
    'The file has a directive such as `%YAML`. Files are plain YAML 1.2 without directives.',
  ),
  YAML_DOCUMENTS: e(EXIT.error, 'The file has more than one YAML document. Keep one per file.'),
  YAML_DUPLICATE_KEY: e(
    EXIT.error,
    'A map has the same key twice. YAML forbids it, and one of the two would be lost.',
  ),
  YAML_EMPTY: e(EXIT.error, 'The file has no content. It is never taken for an empty stack.'),
  YAML_ENCODING: e(EXIT.error, 'The file is not UTF-8. Save it as UTF-8.'),
  YAML_KEY: e(
    EXIT.error,
    'A key is not text, has invisible characters or decoration, or is a name that programs stumble over, such as `__proto__`.',
  ),
  YAML_MERGE_KEY: e(
    EXIT.error,
    'Merge keys (`<<`) belong to YAML 1.1 and are not read. Use aliases for whole values, or several files.',
  ),
  YAML_NUMBER: e(EXIT.error, 'A number is infinite or not a number. Quote it if it is meant as text.'),
  YAML_SYNTAX: e(
    EXIT.error,
    'The file is not valid YAML. The position is where the parser noticed; the cause may be just before.',
  ),
  YAML_TAB: e(EXIT.error, 'A line is indented with tabs. YAML allows only spaces.'),
  YAML_TAG: e(EXIT.error, 'A value has a tag. Files are plain YAML 1.2; no value needs one.'),
  YAML_TOO_DEEP: e(EXIT.error, 'Values are nested too deeply, often because a bracket is not closed.'),
  YAML_TOO_LARGE: e(
    EXIT.error,
    'The file is larger than 4 MiB, or has more parts than are read. Split the stack.',
  ),

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

  LOCK_UNREADABLE: e(EXIT.error, 'The lock file is there but cannot be read. Check its permissions.'),
  LOCK_UNWRITABLE: e(
    EXIT.error,
    'The lock file could not be written after an apply. What was applied is in the books; run apply again.',
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
  GRAPH_DEPENDENCY_DISABLED: e(
    EXIT.error,
    'A server depends on one with `enabled: false`. It is written all the same, without waiting for anything.',
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
  GRAPH_REFERENCE_UNRESOLVED: e(
    EXIT.error,
    'A literal would be replaced by a reference that does not resolve on this machine, and so be lost. Set the variable first, or keep the value.',
  ),
  GRAPH_SECRET_UNAVAILABLE: e(
    EXIT.partial,
    'A secret comes from a backend that this release cannot read; only `env` works. The server is left alone until then.',
  ),
  GRAPH_VALUE_KEPT: e(
    EXIT.error,
    "A value under `lifecycle.keep` stays as it is in the client's file, often a credential that an import left there. Move it to an environment variable, then remove it from `keep`.",
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
  CLIENT_APPROVAL_PENDING: e(
    EXIT.error,
    'Claude Code will ask before it loads a server of `.mcp.json`. Start it in that folder once and accept.',
  ),
  CLIENT_APPROVAL_REJECTED: e(
    EXIT.error,
    'Somebody rejected this server of `.mcp.json`, so Claude Code will not load it. Take the rejection back in the settings.',
  ),
  CLIENT_BACKUP_FAILED: e(
    EXIT.partial,
    'A config could not be backed up, so it was not written. Make room in the state folder, or repair it.',
  ),
  CLIENT_CHANGED_AFTER_WRITE: e(
    EXIT.error,
    'An entry was written and then changed by another program. The next plan shows the difference.',
  ),
  CLIENT_CONFIG_DIR_RELATIVE: e(
    EXIT.error,
    'CLAUDE_CONFIG_DIR is a relative path, so Claude Code reads another file in every folder. Set an absolute one.',
  ),
  CLIENT_CONTENDED: e(
    EXIT.partial,
    'Another program writes the same config all the time and undoes what we write. Close it and run the command again.',
  ),
  CLIENT_DISABLED_IN_PROJECT: e(
    EXIT.error,
    'The server is switched off in a project. Switch it on there with `/mcp`.',
  ),
  CLIENT_ENTRY_MOVED: e(
    EXIT.partial,
    'An entry changed between plan and apply, so it was left alone. Plan again.',
  ),
  CLIENT_FIELD_DROPPED: e(
    EXIT.error,
    'Claude Code ignores this field for servers of this transport. Remove it, or choose another transport.',
  ),
  CLIENT_FIELD_INVALID: e(
    EXIT.error,
    'Claude Code would reject the value of this field. The message says what it must be.',
  ),
  CLIENT_FIELD_UNKNOWN: e(
    EXIT.error,
    'Claude Code has no such field and would ignore it. Remove it; the hint names a replacement where there is one.',
  ),
  CLIENT_FILE_ENCODING: e(EXIT.error, 'A config is not UTF-8. It is left untouched; save it as UTF-8.'),
  CLIENT_FILE_INVALID: e(
    EXIT.error,
    'A config is not valid JSON, or empty. It is left untouched and never taken for empty; correct it, or restore a backup.',
  ),
  CLIENT_FILE_SHAPE: e(
    EXIT.error,
    'A config is JSON, but has another kind of value where an object belongs. It is left untouched; correct it by hand.',
  ),
  CLIENT_FILE_TOO_DEEP: e(
    EXIT.error,
    'A config is nested more deeply than anything Claude Code writes. It is left untouched.',
  ),
  CLIENT_FILE_UNREADABLE: e(
    EXIT.error,
    'A config cannot be read, or is not a file. It is never taken for empty; repair the permissions.',
  ),
  CLIENT_FOLDER_MISSING: e(
    EXIT.error,
    'A target names a folder that does not exist. Make it, or correct the path.',
  ),
  CLIENT_HARD_LINK: e(
    EXIT.partial,
    'A config has several names (hard links), and writing it would part them. Keep one, or use a symbolic link.',
  ),
  CLIENT_HELPER_UNTRUSTED: e(
    EXIT.error,
    'Claude Code runs a headersHelper of project and local scope only in trusted folders. Start it there once and accept.',
  ),
  CLIENT_LINK_REFUSED: e(
    EXIT.partial,
    'A config is reached through a symbolic link that must not be written through: a chain, a dangling one, one of another user, or any link inside a project.',
  ),
  CLIENT_LOCK_BUSY: e(
    EXIT.partial,
    'Another program held the lock on a config for 15 seconds. Wait for it and run the command again.',
  ),
  CLIENT_LOGIN_FORGOTTEN: e(
    EXIT.error,
    'Claude Code files OAuth logins under name, type and URL of a server. After this change people must log in again.',
  ),
  CLIENT_LOGIN_LEFT: e(
    EXIT.error,
    'A login may stay behind in the credentials of Claude Code when its server goes. `claude mcp logout` removes it.',
  ),
  CLIENT_LOST_AND_REWRITTEN: e(
    EXIT.error,
    'Another program, such as Claude Code before 2.1.318, overwrote an entry just after it was written. It was written again.',
  ),
  CLIENT_MANAGED_EXCLUSIVE: e(
    EXIT.error,
    'The administrator of this machine decides which servers Claude Code loads, and no others are. What we write has no effect.',
  ),
  CLIENT_NAMES_COLLIDE: e(
    EXIT.error,
    'Two servers have names that differ too little: their tools would have one name, or a case-insensitive reader mixes them up.',
  ),
  CLIENT_NAME_INVALID: e(
    EXIT.error,
    'Claude Code does not take this name: 1 to 64 letters, digits, hyphens and underscores, starting with a letter or digit.',
  ),
  CLIENT_NAME_RESERVED: e(
    EXIT.error,
    'Claude Code keeps this name for itself, or it means something in JavaScript. Choose another one.',
  ),
  CLIENT_NPX_ON_WINDOWS: e(
    EXIT.error,
    'Claude Code on Windows cannot start `npx` directly. Use `cmd /c npx`.',
  ),
  CLIENT_POLICY_BLOCKED: e(
    EXIT.error,
    'Settings on this machine allow or deny servers by name, command or URL, and Claude Code will not load this one.',
  ),
  CLIENT_POSSIBLE_LOST_UPDATE: e(
    EXIT.error,
    'Another program wrote a config in the same instant as we did, without a lock; its change may be lost.',
  ),
  CLIENT_PROJECT_SPELLINGS: e(
    EXIT.error,
    'A config on Windows knows one folder under several spellings. One is managed; remove the others.',
  ),
  CLIENT_RESTART_NEEDED: e(
    EXIT.error,
    'Running sessions of Claude Code keep their servers until they are restarted or reconnected with `/mcp`.',
  ),
  CLIENT_SETTINGS_UNREADABLE: e(
    EXIT.error,
    'A settings file of Claude Code cannot be read, so what it says about servers is not known.',
  ),
  CLIENT_SHADOWED: e(
    EXIT.error,
    'An entry of the same name in a stronger scope (local, then project, then user) hides this one.',
  ),
  CLIENT_TEXT_EXPANDED: e(
    EXIT.error,
    'Claude Code replaces every `${NAME}` and has no way to write one literally. Put the text into an environment variable.',
  ),
  CLIENT_TIMEOUT_IGNORED: e(EXIT.error, 'Claude Code ignores timeouts below one second.'),
  CLIENT_UNKNOWN: e(EXIT.error, 'A target or the state names a client that this release does not know.'),
  CLIENT_URL_SUSPECT: e(
    EXIT.error,
    'The URL has no scheme that this transport can reach. Claude Code writes it down and fails to connect.',
  ),
  CLIENT_WRITE_FAILED: e(
    EXIT.partial,
    'A config could not be written: no right, no space, a busy or read-only file. It is as it was, and is never written in place.',
  ),
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
  STATE_MOVED_FOLDER: e(
    EXIT.error,
    'This stack has books that were made from a folder that is gone. If it was moved here, `mcpform state mv --root` takes them along.',
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
  STATE_OTHER_STACK: e(
    EXIT.error,
    'Another stack of yours manages this entry. One of the two has to let go of it.',
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
