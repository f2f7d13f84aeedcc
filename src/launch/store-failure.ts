import { McpformError } from '../model/error.ts';

/** A failure of the disk as LAUNCH_STORE, which says what it was in the way of; everything else as it is. */
export function storeFailure(doing: string, error: unknown): unknown {
  if (error instanceof McpformError || !(error instanceof Error && 'code' in error)) return error;
  return new McpformError('LAUNCH_STORE', `cannot ${doing}: ${error.message}`, {
    cause: error,
    hint: 'repair the disk or its permissions and try again',
  });
}
