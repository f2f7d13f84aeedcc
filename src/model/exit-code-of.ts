import { CODES, type Code } from './codes.ts';
import type { ExitCode } from './exit-code.ts';

/** What the process returns when this code ends it. Apart from the error, as it takes the sentences of all codes along. */
export function exitCodeOf(code: Code): ExitCode {
  return CODES[code].exit;
}
