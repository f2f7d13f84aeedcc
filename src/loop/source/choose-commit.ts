import { sourceError } from './fail.ts';

/** A commit of the first-parent chain. */
export interface ChainLink {
  readonly id: string;
  /** When it was committed, ms since the epoch. */
  readonly committedMs: number;
}

export interface AgeLimits {
  readonly maxAgeMs?: number | undefined;
  readonly minCommitAgeMs?: number | undefined;
}

/** Clocks of machines that commit may be ahead by this much. */
const aheadMs = 60 * 60_000;

/**
 * The newest commit of the chain (newest first, at least one) that is old enough, or the one that was applied last:
 * time alone never takes a machine back. Throws SOURCE_TOO_OLD when the newest one of all is older than `maxAgeMs`,
 * SOURCE_TOO_NEW when none is old enough, or ages are asked for and the newest one is dated in the future.
 */
export function chooseCommit(
  chain: readonly ChainLink[],
  { maxAgeMs, minCommitAgeMs }: AgeLimits,
  at: { readonly nowMs: number; readonly applied: string | null },
): ChainLink {
  const [newest] = chain;
  if (newest === undefined) throw new Error('a chain of no commits');
  const ageMs = at.nowMs - newest.committedMs;
  if (maxAgeMs !== undefined && ageMs > maxAgeMs) {
    const since = new Date(newest.committedMs).toISOString();
    throw sourceError(
      'SOURCE_TOO_OLD',
      `the newest commit, ${newest.id}, is of ${since}, older than \`maxAge\` allows`,
      'push a commit, even an empty one; if somebody did, find out why it does not arrive',
    );
  }
  if (maxAgeMs !== undefined && ageMs < -aheadMs) {
    throw sourceError(
      'SOURCE_TOO_NEW',
      `the newest commit, ${newest.id}, is dated in the future: ${new Date(newest.committedMs).toISOString()}`,
      'look at the clock of this machine and of whoever committed it',
    );
  }
  if (minCommitAgeMs === undefined || minCommitAgeMs <= 0) return newest;
  const chosen = chain.find(
    ({ id, committedMs }) => id === at.applied || at.nowMs - committedMs >= minCommitAgeMs,
  );
  if (chosen !== undefined) return chosen;
  const minutes = Math.round(minCommitAgeMs / 60_000);
  throw sourceError(
    'SOURCE_TOO_NEW',
    `no commit is ${minutes} min old yet, as \`minCommitAge\` demands; the newest is ${newest.id}`,
    'wait, or set `minCommitAge` lower',
  );
}
