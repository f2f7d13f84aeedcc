import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const launchCodes = {
  LAUNCH_CONTAINER: e(
    EXIT.error,
    'Docker was asked to run a container, and did not run it, or its program could not be started in it. What docker said stands before.',
  ),
  LAUNCH_CONTENT: e(
    EXIT.error,
    'A package holds what no store takes: a link that leads outside of it, a device, a name with control characters. Tell whoever publishes it.',
  ),
  LAUNCH_IMAGE: e(
    EXIT.error,
    'The engine does not have an image that a server is started from, and could not pull it. The message holds what it or the registry said.',
  ),
  LAUNCH_PROGRAM: e(
    EXIT.error,
    'A package has no program of that name, or several and the manifest does not say which (`bin`), or the program cannot be started on this machine.',
  ),
  LAUNCH_REFUSED: e(
    EXIT.error,
    'The record of a launch is not what apply wrote under that name, or somebody else could write it. Run `mcpform apply`, which writes it again.',
  ),
  LAUNCH_REPLACED: e(
    EXIT.error,
    'The installed files of a package had been edited, and apply replaced them by those the lock pins. Find out who edited them.',
  ),
  LAUNCH_STORE: e(
    EXIT.error,
    'The folder that installed packages are kept in could not be read or written. Repair the disk or its permissions.',
  ),
  LAUNCH_TAMPERED: e(
    EXIT.error,
    'The installed files of a package are not those that were reviewed: the two hashes differ. Nothing of it was started. Find out who edited them; `mcpform apply` installs them again.',
  ),
  LAUNCH_UNKNOWN: e(
    EXIT.error,
    'A client starts a server that no apply of this user on this machine has prepared. Run `mcpform apply`.',
  ),
  LAUNCH_UNPREPARED: e(
    EXIT.error,
    'An entry is as declared, but what it starts is not in the store of this machine. `mcpform apply` fetches it.',
  ),
  LAUNCH_VARIABLE: e(
    EXIT.error,
    'An argument of a server is `${NAME}`, and the client started it without that variable. Set it where the client is started, or give it a default.',
  ),
} as const satisfies Record<string, CodeEntry>;
