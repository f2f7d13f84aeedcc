/** Commits that came to a branch together: those of one pull request, or one that came without. */
export interface Segment {
  readonly from: string;
  readonly to: string;
  /** The pull requests that brought it; empty: it was pushed. */
  readonly pulls: readonly number[];
}

/** A commit that the branch stood at, and the pull requests that it belongs to. */
export interface BranchStep {
  readonly commit: string;
  readonly pulls: readonly number[];
}

/**
 * Parts the way of a branch from `from` into what came together. `steps` are its commits, oldest first. A pull request that
 * was rebased is many commits, of which nobody was asked to approve each.
 */
export function segmentsOf(from: string, steps: readonly BranchStep[]): readonly Segment[] {
  const segments: Segment[] = [];
  let before = from;
  for (const { commit, pulls } of steps) {
    const last = segments.at(-1);
    if (last !== undefined && pulls.length > 0 && sameNumbers(last.pulls, pulls)) {
      segments[segments.length - 1] = { ...last, to: commit };
    } else {
      segments.push({ from: before, to: commit, pulls });
    }
    before = commit;
  }
  return segments;
}

function sameNumbers(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
