import type { Code } from '../../model/codes.ts';
import { McpformError } from '../../model/error.ts';

/** Why a revision cannot be compared. */
export function revisionError(
  code: Extract<Code, `REVISION_${string}`>,
  message: string,
  hint: string,
  cause?: unknown,
): McpformError {
  return new McpformError(code, message, { hint, cause });
}
