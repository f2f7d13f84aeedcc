import { mergeConflictedLock } from '../../lock/conflicted-lock.ts';
import { printLock } from '../../lock/print-lock.ts';
import { McpformError } from '../../model/error.ts';
import { locate } from '../locate-findings.ts';

/**
 * The lock that both sides of an unfinished Git merge make together, printed; null when the text is none. Throws when
 * the sides contradict one another, or one cannot be read, with the places.
 */
export async function mergeConflicted(bytes: Uint8Array, path: string): Promise<Uint8Array | null> {
  if (!/^<{7}( |\r?$)/m.test(new TextDecoder().decode(bytes))) return null;
  const { merge, findings } = mergeConflictedLock(bytes, path);
  if (merge !== null && findings.length === 0) return new TextEncoder().encode(printLock(merge.lock));
  throw new McpformError('LOCK_CONFLICT', 'the two sides of the merge cannot be put together', {
    findings: await locate(findings, [{ path, bytes }]),
  });
}
