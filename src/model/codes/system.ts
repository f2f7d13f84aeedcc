import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const systemCodes = {
  SYSTEM_READ_ONLY: e(
    EXIT.error,
    'A command that only looks tried to write outside the cache folder. Nothing was written; please report it.',
  ),
} as const satisfies Record<string, CodeEntry>;
