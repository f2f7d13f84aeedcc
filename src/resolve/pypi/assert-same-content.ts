import { McpformError } from '../../model/error.ts';
import type { Pinned, Requirements } from './requirements.ts';
import { isSameVersion } from './version.ts';

/**
 * Throws RESOLVE_INTEGRITY when a version that was locked now has other files. New wheels may join a version, and
 * old ones may go; both at once is a file that was replaced.
 */
export function assertSameContent(before: Requirements, after: Requirements): void {
  for (const old of before.pinned) {
    const now = after.pinned.find(
      (each) => each.name === old.name && isSameVersion(each.version, old.version),
    );
    if (now === undefined || old.isPartial || now.isPartial) continue;
    const gone = without(old, now);
    const added = without(now, old);
    if (gone === undefined || added === undefined) continue;
    throw new McpformError(
      'RESOLVE_INTEGRITY',
      `"${old.name}" ${old.version} was locked with sha256:${gone} and now has sha256:${added} instead`,
      {
        hint: 'a version never changes on an honest index: find out who replaced it before you remove its pin',
      },
    );
  }
}

/** A hash of the first that the second does not have. */
function without(one: Pinned, other: Pinned): string | undefined {
  return one.hashes.find((hash) => !other.hashes.includes(hash));
}
