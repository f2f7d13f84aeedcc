import { escapeText } from '../formats/escape.ts';
import { McpformError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { commentMarker, renderComment } from '../report/github-comment.ts';
import type { Job } from './job.ts';
import { linksOf } from './pull-comment.ts';

/** One issue per stack, open as long as there is drift. */
export async function tellDrift(plan: Plan, hasDrift: boolean, job: Job): Promise<void> {
  const gitHub = await job.gitHub();
  if (gitHub === null) {
    throw new McpformError('ACTION_INPUT_INVALID', 'input issue: there is no token to write one with', {
      hint: 'give the job `issues: write`, and do not empty `token:`',
    });
  }
  // Beside the stack's comment there is its issue: the same words under a name of its own.
  const label = `drift:${job.label}`;
  const marker = commentMarker(label);
  if (!hasDrift) {
    await gitHub.closeIssue({ marker, comment: `No drift any more.${runLink(job)}` });
    return;
  }
  const head = job.around.env['GITHUB_SHA'] ?? '';
  const plans = [{ plan, file: job.label }];
  const body = renderComment({ label, plans, head, links: linksOf(job), root: job.workspace });
  const title = `Drift: ${escapeText(plan.stack)} (${escapeText(job.label)})`.slice(0, 200);
  await gitHub.upsertIssue({ marker, title, body, labels: [] });
}

function runLink(job: Job): string {
  const { summary } = linksOf(job);
  return summary === undefined ? '' : ` [Run](${summary})`;
}
