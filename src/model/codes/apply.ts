import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const applyCodes = {
  APPLY_BUG: e(
    EXIT.error,
    'A provider broke its contract. What it did is settled by looking when the command is run again; please report it.',
  ),
  APPLY_CONFLICT: e(
    EXIT.partial,
    'The step is in conflict and was left alone. The plan says why and how to resolve it.',
  ),
  APPLY_DEPENDENCY: e(
    EXIT.partial,
    'Skipped, because something it depends on was not applied. Resolve that and run the command again.',
  ),
  APPLY_STOPPED: e(
    EXIT.partial,
    'Skipped, because the journal could not be written and no new step may start without it.',
  ),
  APPLY_UNDO_FAILED: e(
    EXIT.partial,
    'A step failed half-way and could not be undone. The next run looks at what is there and goes on from that.',
  ),
  APPLY_UNRECORDED: e(
    EXIT.partial,
    'The step was performed, but could not be recorded. The next run finds it by looking.',
  ),
} as const satisfies Record<string, CodeEntry>;
