import type { Code } from '../../model/codes.ts';
import { McpformError } from '../../model/error.ts';

type SourceCode = Extract<Code, `SOURCE_${string}`>;

/** A failure of a source. Everything that `look` rejects with, but for the reason of an abort, is one. */
export function sourceError(code: SourceCode, message: string, hint: string, cause?: unknown): McpformError {
  return new McpformError(code, message, { hint, cause });
}
