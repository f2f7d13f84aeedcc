import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const lockCodes = {
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
} as const satisfies Record<string, CodeEntry>;
