import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const resolveCodes = {
  RESOLVE_DENIED: e(
    EXIT.error,
    'A registry refused our credentials, or wants some. Log in with `docker login` or in `.npmrc`; mcpform uses what is there.',
  ),
  RESOLVE_INTEGRITY: e(
    EXIT.error,
    'What a registry sent is not what was promised or locked: the two hashes differ. Nothing of it was used. Do not ignore this.',
  ),
  RESOLVE_NOT_FOUND: e(
    EXIT.error,
    'The registry has no such image, package, version or commit, or does not show it without credentials.',
  ),
  RESOLVE_UNAVAILABLE: e(
    EXIT.error,
    'A registry could not be reached, took too long, or failed again and again. Try again, or configure a mirror.',
  ),
} as const satisfies Record<string, CodeEntry>;
