import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const sourceCodes = {
  REVISION_INVALID: e(
    EXIT.usage,
    'What was given as a revision, or as a manifest file of one, cannot be either: it starts with `-`, has control characters, or lies outside of the repository.',
  ),
  REVISION_NOT_FOUND: e(
    EXIT.error,
    'The repository of the working directory has no such commit. In a shallow clone, fetch it first (`fetch-depth: 0` of `actions/checkout`).',
  ),
  REVISION_NO_REPOSITORY: e(
    EXIT.error,
    '`plan --from` compares two revisions of a Git repository, and the working directory is in none.',
  ),
  REVISION_UNREADABLE: e(
    EXIT.error,
    'A file of a revision could not be read: it is a link, is in a submodule, is far too large, or Git did not give it.',
  ),
  SOURCE_HISTORY_REWRITTEN: e(
    EXIT.error,
    'The branch or tag no longer contains the commit that was applied last. Nothing of it is applied until somebody says `mcpform resume --accept-rewrite COMMIT`.',
  ),
  SOURCE_INVALID: e(
    EXIT.usage,
    'A source is not a folder or the URL of a Git repository that mcpform may read: https and ssh only, no name that starts with `-`.',
  ),
  SOURCE_PATH_RELATIVE: e(
    EXIT.error,
    'A manifest of a Git repository names something by a path that counts from the manifest. What is in a commit is nowhere on this disk, so a server or container could not open it, and it is looked for in no other folder. Write whole paths.',
  ),
  SOURCE_TOO_NEW: e(
    EXIT.error,
    'No commit of a source is as old as `minCommitAge` demands yet, or the newest one is dated in the future. It is tried again.',
  ),
  SOURCE_TOO_OLD: e(
    EXIT.error,
    'The newest commit of a source is older than `maxAge` allows: it may be held back.',
  ),
  SOURCE_UNAVAILABLE: e(
    EXIT.error,
    'The repository, branch or path could not be read. What was applied last stays as it is, and it is tried again.',
  ),
  SOURCE_UNSIGNED: e(
    EXIT.error,
    'A commit or tag is not signed by anybody whom the policy of this machine names. Nothing of it is applied.',
  ),
} as const satisfies Record<string, CodeEntry>;
