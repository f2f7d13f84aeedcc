import type { Review } from '../github/github.ts';

export interface Reviewer {
  readonly by: string;
  readonly commit: string;
}

const MAY_APPROVE = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const OPINIONS = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'];

/**
 * Who approves a pull request now, and which head: of everybody the last opinion counts, and comments are none. Its author
 * and accounts that are gone approve nothing.
 */
export function reviewersOf(reviews: readonly Review[], author: string | null): readonly Reviewer[] {
  const last = new Map<string, Review>();
  for (const review of reviews) {
    if (review.author !== null && OPINIONS.includes(review.state)) last.set(review.author, review);
  }
  return [...last].flatMap(([by, { state, authorAssociation, commit }]) => {
    const isApproval = state === 'APPROVED' && MAY_APPROVE.includes(authorAssociation);
    return isApproval && by !== author && commit !== null ? [{ by, commit }] : [];
  });
}
