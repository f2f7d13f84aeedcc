import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const githubCodes = {
  GITHUB_ADDRESS_INVALID: e(
    EXIT.error,
    'The address of the GitHub API, the name of a repository or the path of a file in one cannot be used as it is written. The API is asked over https, or over http on this machine.',
  ),
  GITHUB_ANSWER_INVALID: e(
    EXIT.error,
    'GitHub, or something between it and this machine, answered what is not an answer of its API: the message says what was missing.',
  ),
  GITHUB_DENIED: e(
    EXIT.error,
    "The token may not do this. Add the permission that the hint names to `permissions:` of the job. In a run for a fork's pull request the token only reads, whatever is written there.",
  ),
  GITHUB_EVENT_INVALID: e(
    EXIT.error,
    'What the runner says about the event lacks something, or holds something else: the message names the field or the variable.',
  ),
  GITHUB_EVENT_UNSUPPORTED: e(
    EXIT.error,
    'The action does not work on this event. It takes `push`, `pull_request`, `merge_group`, `workflow_run`, `schedule` and `workflow_dispatch`.',
  ),
  GITHUB_FILE_INVALID: e(
    EXIT.error,
    'What was asked for in a repository is no file (a folder, a link, a submodule), or it is larger than 1 MiB.',
  ),
  GITHUB_NOT_FOUND: e(
    EXIT.error,
    'GitHub has no such thing, or the token may not see it: for what is private it says the same. Check the name, and the permission that the hint names.',
  ),
  GITHUB_RATE_LIMITED: e(
    EXIT.error,
    'GitHub takes no more requests for now, and asks to wait longer than mcpform waits. Run the job again later.',
  ),
  GITHUB_REDIRECTED: e(
    EXIT.error,
    'GitHub sent the request elsewhere. mcpform does not follow, because the token would go along: write the new name of what was renamed or moved.',
  ),
  GITHUB_REFUSED: e(EXIT.error, 'GitHub refused the request for the reason that the message gives.'),
  GITHUB_TOKEN_INVALID: e(
    EXIT.error,
    'There is no token, or GitHub does not take it: it is wrong, revoked or out of date.',
  ),
  GITHUB_TOO_LONG: e(
    EXIT.error,
    'The text of a comment or an issue has more than 65,536 characters, which GitHub does not take.',
  ),
  GITHUB_TOO_MANY: e(
    EXIT.error,
    'There are more comments or issues than mcpform looks through, so it does not know whether its own is among them, and makes no second one.',
  ),
  GITHUB_UNAVAILABLE: e(
    EXIT.error,
    'GitHub could not be reached, did not answer in time, or answered with an error of its own, several times. Run the job again later.',
  ),
} as const satisfies Record<string, CodeEntry>;
