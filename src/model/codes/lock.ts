import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const lockCodes = {
  LOCK_CONFLICT: e(
    EXIT.error,
    'The lock has the markers of a Git merge. `mcpform lock` merges the two sides, and names what it cannot.',
  ),
  LOCK_DOWNGRADE: e(
    EXIT.error,
    'The lock would go to, or has, an older release than before. If that is meant, pass `--allow-downgrade`.',
  ),
  LOCK_INCOMPLETE: e(
    EXIT.error,
    'With `--locked`, which is the default where `CI` is set, the lock must say what every package and image stands for. Run `mcpform lock` and commit it.',
  ),
  LOCK_INTEGRITY: e(
    EXIT.partial,
    'The lock has a version that was applied here, with other content. A published version never changes, so somebody changed the lock or the registry.',
  ),
  LOCK_INVALID: e(
    EXIT.error,
    'The lock is not as mcpform writes it. Restore it from Git; when it is lost, `mcpform apply` writes a new one.',
  ),
  LOCK_MIXED: e(
    EXIT.error,
    'The lines of one entry do not belong together: a merge or an editor mixed those of two. Restore the entry from Git, or remove it and run `mcpform lock`.',
  ),
  LOCK_NEWER: e(
    EXIT.error,
    'The lock was written by a newer mcpform, and reading it as an older one could lose facts. Update mcpform.',
  ),
  LOCK_STALE: e(
    EXIT.error,
    'The lock speaks of a server that the manifest does not have as a package or image. `mcpform lock` removes it.',
  ),
  LOCK_TREE_CHANGED: e(
    EXIT.error,
    'A file in the lock folder is not the one that the lock names by its digest. Restore both from Git.',
  ),
  LOCK_TREE_MISSING: e(
    EXIT.error,
    'A file that the lock names is not in the lock folder. Commit the folder with the lock; `mcpform lock` writes it again.',
  ),
  LOCK_TREE_STRAY: e(
    EXIT.error,
    'A file in the lock folder belongs to no server of the lock. `mcpform lock` removes it.',
  ),
  LOCK_UNREADABLE: e(EXIT.error, 'The lock file is there but cannot be read. Check its permissions.'),
  LOCK_UNSATISFIED: e(
    EXIT.error,
    'The manifest asks for a package or image that the lock does not have, or has another one for. Run `mcpform lock`.',
  ),
  LOCK_UNWRITABLE: e(
    EXIT.error,
    'The lock file could not be written after an apply. What was applied is in the books; run apply again.',
  ),
} as const satisfies Record<string, CodeEntry>;
