import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const claudeCodeCodes = {
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
} as const satisfies Record<string, CodeEntry>;
