import { fitPlans } from './fit-plans.ts';
import { type CommentInput, footer } from './github-comment.ts';

/**
 * What stands on the page of a run, in full where that is possible. GitHub drops all of it above 1 MiB, so what is
 * longer than 900 KiB of UTF-8 is shown with less of each step, and says what is not there.
 */
export function renderStepSummary({
  plans,
  head,
  links,
  root,
  maxLength,
}: Omit<CommentInput, 'label'>): string {
  return fitPlans(plans, {
    after: [footer({ head, links })],
    maxLength: Math.min(maxLength ?? MAX_LENGTH, MAX_LENGTH),
    ...(root === undefined ? {} : { cwd: root }),
  });
}

const MAX_LENGTH = 900 * 1024;
