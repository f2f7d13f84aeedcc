import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const actionCodes = {
  ACTION_APPROVAL_MISSING: e(
    EXIT.stale,
    'A change came to the default branch that no pull request had shown, or that too few people had approved as it is. The GitHub Action applies nothing.',
  ),
  ACTION_CHECKOUT_DIFFERS: e(
    EXIT.stale,
    'The files in the workspace are not those of the commit that the workflow runs for. The GitHub Action applies nothing.',
  ),
  ACTION_COMMAND_FAILED: e(
    EXIT.error,
    'What the GitHub Action ran has failed; the message says with which code.',
  ),
  ACTION_EVENT_UNSUITED: e(
    EXIT.usage,
    'The command of the GitHub Action makes no sense, or is not safe, on the event or branch that started the workflow.',
  ),
  ACTION_HISTORY: e(
    EXIT.error,
    'Commits that have to be compared are not in the checkout and cannot be fetched, or do not follow one another; or nobody can plan the one from which changes have to have been approved.',
  ),
  ACTION_INPUT_INVALID: e(EXIT.usage, 'An input of the GitHub Action is not one that it takes.'),
  ACTION_RUNNER_FILE: e(
    EXIT.error,
    'The GitHub Action cannot read or write a file that the runner gave to it.',
  ),
} as const satisfies Record<string, CodeEntry>;
