import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const sourceCodes = {
  SOURCE_HISTORY_REWRITTEN: e(
    EXIT.error,
    'The branch or tag no longer contains the commit that was applied last. Nothing of it is applied until somebody says `mcpform reconcile --accept-rewrite COMMIT`.',
  ),
  SOURCE_INVALID: e(
    EXIT.usage,
    'A source is not a folder or the URL of a Git repository that mcpform may read: https and ssh only, no name that starts with `-`.',
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
