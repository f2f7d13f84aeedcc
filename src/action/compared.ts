import { McpformError } from '../model/error.ts';
import type { WorkflowRunEvent } from './event.ts';
import type { Pull } from './github/github.ts';
import type { Job } from './job.ts';
import { type Revisions, revisionsOfPull, revisionsOfPush } from './revisions.ts';

/** What a plan is about. */
export interface Compared {
  /** Null: the manifest in the workspace with what this machine has. */
  readonly revisions: Revisions | null;
  /** The commit that a comment speaks of. */
  readonly head: string;
  /** Open pull requests that are to be told. */
  readonly pulls: readonly Pick<Pull, 'number'>[];
}

/** What the inputs and the event say that is to be compared. */
export async function findCompared(job: Job): Promise<Compared> {
  const { inputs } = job;
  const said = await ofEvent(job);
  if (inputs.from !== null || inputs.to !== null) {
    if (inputs.from === null) {
      throw new McpformError('ACTION_INPUT_INVALID', 'input to: it needs `from` beside it', {
        hint: 'name both revisions, or neither',
      });
    }
    const from = await job.git.commitOf(inputs.from);
    const to = inputs.to === null ? said.head : await job.git.commitOf(inputs.to);
    return { ...said, revisions: { from, to } };
  }
  if (inputs.compare === 'machine') return { ...said, revisions: null };
  if (inputs.compare === 'revisions' && said.revisions === null) {
    throw new McpformError('ACTION_EVENT_UNSUITED', `the event ${job.event.kind} names no two revisions`, {
      hint: 'name them with the inputs `from` and `to`',
    });
  }
  return said;
}

async function ofEvent(job: Job): Promise<Compared> {
  const { event, git } = job;
  switch (event.kind) {
    case 'pull-request':
      return await ofPull(event.pull, job);
    case 'workflow-run':
      return await ofWorkflowRun(event, job);
    case 'merge-group':
      return {
        revisions: await revisionsOfPush({ before: event.base.sha, after: event.head.sha }, git),
        head: event.head.sha,
        pulls: [],
      };
    case 'push':
      if (event.after === null) {
        throw new McpformError(
          'ACTION_EVENT_UNSUITED',
          'the branch was deleted, and nothing of it is left to plan',
        );
      }
      return {
        revisions: await revisionsOfPush({ before: event.before, after: event.after }, git),
        head: event.after,
        pulls: [],
      };
    case 'schedule':
    case 'dispatch':
      return { revisions: null, head: event.commit, pulls: [] };
  }
}

async function ofPull(pull: Pull, { git }: Job): Promise<Compared> {
  return { revisions: await revisionsOfPull(pull, git), head: pull.head.sha, pulls: [pull] };
}

/**
 * A workflow that runs after that of a pull request, with more rights. What it plans are the commits that GitHub itself says
 * the pull request has; nothing that the other workflow made is read.
 */
async function ofWorkflowRun(event: WorkflowRunEvent, job: Job): Promise<Compared> {
  const { branch, repository, sha } = event.head;
  const gitHub = await job.gitHub();
  if (gitHub === null || branch === null || repository === null) {
    throw new McpformError('ACTION_EVENT_UNSUITED', 'nobody knows which pull request that workflow ran for', {
      hint: 'give the job a token with `pull-requests: write`; a fork that was deleted has no more pull requests',
    });
  }
  const pulls = await gitHub.openPullsOf({ owner: repository.owner, branch, sha });
  const [first] = pulls;
  if (first === undefined) {
    job.log.text(`no open pull request has ${sha} as its head any more\n`);
    const head = await job.git.head();
    return { revisions: { from: head, to: head }, head, pulls: [] };
  }
  return { ...(await ofPull(first, job)), pulls: pulls.filter(({ base }) => base.ref === first.base.ref) };
}
