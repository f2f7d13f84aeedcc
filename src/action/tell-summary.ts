import type { Plan } from '../model/plan.ts';
import { renderFailure } from '../report/github-comment.ts';
import { renderStepSummary } from '../report/github-summary.ts';
import type { Job } from './job.ts';
import type { Failure } from './run-mcpform.ts';
import { writeSummary } from './runner-files.ts';

/** The whole plan, or why there is none, for the page of the job's run. */
export async function tellSummary(
  {
    plan,
    error,
    head,
  }: { readonly plan: Plan | null; readonly error: Failure | null; readonly head: string },
  { around, label, workspace: root }: Job,
): Promise<void> {
  const text =
    plan === null
      ? renderFailure({
          head,
          links: {},
          root,
          findings: error?.findings ?? [],
          ...(error === null ? {} : { failure: error }),
        })
      : renderStepSummary({ plans: [{ plan, file: label }], head, links: {}, root });
  await writeSummary(text, around);
}
