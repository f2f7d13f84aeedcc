import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const loopCodes = {
  LOOP_NOT_RUNNING: e(
    EXIT.error,
    'No loop of this stack runs on this machine, or it has no manifest yet. Start `mcpform reconcile`.',
  ),
  LOOP_NO_ANSWER: e(
    EXIT.error,
    'A loop runs, and did not answer in time, or ended before it did. It may be in the middle of a long pass.',
  ),
  LOOP_SINK_INVALID: e(
    EXIT.error,
    'A place for notifications cannot be used as it is written: it is no https address, or no repository. The address is not shown, because whoever knows it may write there.',
  ),
  LOOP_SOCKET: e(
    EXIT.error,
    'The loop cannot be talked with: its socket cannot be made, another loop answers there, or something else is in its place.',
  ),
  LOOP_STATE_DAMAGED: e(
    EXIT.error,
    'What the loop remembered is damaged, so nobody knows what was suspended or contended. The file is kept aside, and nothing is enforced until somebody acknowledges it.',
  ),
  LOOP_WATCH_LIMIT: e(
    EXIT.error,
    'The system watches no more files for this user. The loop goes on, and finds changes by its interval only.',
  ),
  SERVICE_EPHEMERAL: e(
    EXIT.error,
    'A service would start mcpform from a folder that is emptied some day: a temporary one, or the cache of npx. Install mcpform, then install the service.',
  ),
  SERVICE_FAILED: e(
    EXIT.error,
    'The service manager of the system was asked to start or stop a service, and did not. Run the same command yourself to see why.',
  ),
  SERVICE_FOREIGN: e(
    EXIT.error,
    'A file of a service is not as mcpform wrote it, or is not from mcpform at all: it is neither replaced nor removed. Move it away first.',
  ),
  SERVICE_NOT_FOUND: e(
    EXIT.error,
    'No service of that name was installed for this user, or several are and it was not said which. `mcpform service status` lists them.',
  ),
  SERVICE_UNSUPPORTED: e(
    EXIT.error,
    'There is no way to live on this system that mcpform knows: it writes systemd user units, launchd agents and Windows tasks. Start `mcpform reconcile` with what the system has.',
  ),
} as const satisfies Record<string, CodeEntry>;
