import { McpformError } from '../model/error.ts';
import type { Git } from './git.ts';

/** What a pull request says of itself, as far as commits go. */
export interface PullRevisions {
  readonly base: { readonly sha: string };
  readonly head: { readonly sha: string };
}

export interface Revisions {
  readonly from: string;
  readonly to: string;
}

/**
 * What a pull request changes: from where its branch left the base, as GitHub shows its files. What came to the base
 * meanwhile is not its doing.
 */
export async function revisionsOfPull({ base, head }: PullRevisions, git: Git): Promise<Revisions> {
  return { from: await git.mergeBase(base.sha, head.sha), to: head.sha };
}

/** What came to a branch with a push. Throws ACTION_HISTORY where it came out of nowhere. */
export async function revisionsOfPush(
  { before, after }: { readonly before: string | null; readonly after: string },
  git: Git,
): Promise<Revisions> {
  if (before === null) {
    throw new McpformError('ACTION_HISTORY', 'the branch is new, so there is nothing to compare with', {
      hint: 'name a revision with the input `from`',
    });
  }
  await git.ensure([before, after]);
  if (await git.isAncestor(before, after)) return { from: before, to: after };
  throw new McpformError(
    'ACTION_HISTORY',
    `the branch was rewritten: ${before} is no ancestor of ${after} any more`,
    { hint: 'apply once on the machine itself, after having looked at the plan' },
  );
}
