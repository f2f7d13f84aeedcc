import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const stateCodes = {
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
} as const satisfies Record<string, CodeEntry>;
