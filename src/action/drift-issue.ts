import { McpformError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import { renderDriftIssue, renderNoDrift } from '../report/github-issue.ts';
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
  const { label, workspace: root, around } = job;
  const links = linksOf(job);
  const issue = renderDriftIssue(plan, { label, head: around.env['GITHUB_SHA'] ?? '', links, root });
  if (hasDrift) await gitHub.upsertIssue({ ...issue, labels: [] });
  else await gitHub.closeIssue({ marker: issue.marker, comment: renderNoDrift(links.summary) });
}
