import { mergeConflictedLock } from '../../lock/conflicted-lock.ts';
import { printLock } from '../../lock/print-lock.ts';
import { McpformError } from '../../model/error.ts';
import { locate } from '../locate-findings.ts';

/**
 * The lock that both sides of an unfinished Git merge make together, printed; null when the text is none. Throws when
 * the sides contradict one another, with the places.
 */
export async function mergeConflicted(bytes: Uint8Array, path: string): Promise<Uint8Array | null> {
  const merged = mergeConflictedLock(bytes, path);
  if (merged === null) return null;
  if (merged.lock !== null) return new TextEncoder().encode(printLock(merged.lock));
  throw new McpformError('LOCK_CONFLICT', 'the two sides of the merge contradict one another', {
    findings: await locate(merged.findings, [{ path, bytes }]),
    hint: 'keep either side, and run `mcpform lock` again',
  });
}
