import { McpformError } from '../model/error.ts';
import type { Outcome } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import {
  type CommentLinks,
  commentMarker,
  renderApplied,
  renderComment,
  renderFailure,
  renderOutdated,
} from '../report/github-comment.ts';
import { isChange } from './fail-on.ts';
import type { GitHub } from './github/github.ts';
import type { Job } from './job.ts';
import type { Failure } from './run-mcpform.ts';

export interface Shown {
  readonly plan: Plan | null;
  readonly error: Failure | null;
  /** The commit that it is about. */
  readonly head: string;
}

export interface Applied {
  readonly commit: string;
  readonly outcomes: readonly Outcome[];
  readonly error: Failure | null;
}

/** The one comment of this stack in a pull request. */
export interface PullComment {
  /** Before the plan is made: what is there is about another commit. */
  outdate(head: string): Promise<void>;
  /** Makes it or brings it up to date. Nothing to say and nothing there yet: no comment. */
  show(shown: Shown): Promise<void>;
  /** Notes what became of it, where it is there. */
  showApplied(applied: Applied): Promise<void>;
}

/**
 * Opens it. What GitHub refuses is said in the log and fails nothing: the plan is in the summary of the job too, and a
 * workflow of a fork has no right to write.
 */
export function openPullComment(number: number, gitHub: GitHub, job: Job): PullComment {
  const { label, log, workspace: root } = job;
  const marker = commentMarker(label);
  const links = linksOf(job);
  const attempt = async (run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof McpformError)) throw error;
      log.text(
        `no comment in #${number}: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}\n`,
      );
    }
  };
  const rewrite = async (change: (body: string) => string): Promise<void> => {
    const found = await gitHub.readComment(number, marker);
    if (found === null) return;
    await gitHub.upsertComment(number, { marker, body: change(found.body), ifAbsent: 'leave' });
  };
  return {
    outdate: (head) => attempt(() => rewrite((body) => (body.includes(head) ? body : renderOutdated(body)))),
    show: ({ plan, error, head }) =>
      attempt(async () => {
        // Somebody pushed meanwhile: that run's comment is the newer one.
        if ((await gitHub.pull(number)).head.sha !== head) return;
        const body =
          plan === null
            ? renderFailure({
                label,
                head,
                links,
                root,
                findings: error?.findings ?? [],
                ...failureOf(error),
              })
            : renderComment({ label, plans: [{ plan, file: label }], head, links, root });
        const hasNews =
          plan === null || isChange(plan) || plan.findings.some(({ severity }) => severity !== 'info');
        await gitHub.upsertComment(number, { marker, body, ifAbsent: hasNews ? 'create' : 'leave' });
      }),
    showApplied: ({ commit, outcomes, error }) =>
      attempt(() =>
        rewrite((body) =>
          renderApplied(body, {
            run: job.around.env['GITHUB_RUN_NUMBER'] ?? '?',
            url: links.summary ?? '',
            commit,
            ...(outcomes.length === 0 ? {} : { outcomes }),
            ...(error === null ? {} : { problem: `${error.code}: ${error.message}` }),
          }),
        ),
      ),
  };
}

function failureOf(error: Failure | null): { readonly failure?: Omit<Failure, 'findings'> } {
  // Findings say it all, one by one.
  return error === null || error.findings.length > 0 ? {} : { failure: error };
}

/** To the run that says it all, by what the runner says of itself. */
export function linksOf({ around: { env }, inputs }: Pick<Job, 'around' | 'inputs'>): CommentLinks {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  const isKnown = /^https?:\/\/[\w.:-]+$/.test(server ?? '') && /^\d+$/.test(run ?? '');
  if (!isKnown || !/^[\w.-]+\/[\w.-]+$/.test(repository ?? '')) return {};
  const summary = `${server}/${repository}/actions/runs/${run}`;
  // The page lists them by name; the address of one is known only after it was uploaded.
  return inputs.artifact === null ? { summary } : { summary, artifact: `${summary}#artifacts` };
}
