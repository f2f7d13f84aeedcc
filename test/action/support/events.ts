import { REPOSITORY } from './runner.ts';

/** The events of `octo-org/tools` that tests start the action with. */
export interface Given {
  readonly name: string;
  readonly payload: unknown;
}

const end = (ref: string, sha: string, repo: unknown = REPOSITORY) => ({ ref, sha, repo });

export function pullRequest(
  {
    base,
    head,
    number = 5,
    branch = 'change',
  }: { base: string; head: string; number?: number; branch?: string },
  more: object = {},
): Given {
  return {
    name: 'pull_request',
    payload: {
      action: 'synchronize',
      number,
      repository: REPOSITORY,
      pull_request: {
        number,
        state: 'open',
        merged_at: null,
        merge_commit_sha: null,
        title: 'A change',
        user: { login: 'mona' },
        base: end('main', base),
        head: end(branch, head),
        ...more,
      },
    },
  };
}

export function push({
  before,
  after,
  ref = 'refs/heads/main',
}: {
  before: string;
  after: string;
  ref?: string;
}): Given {
  return { name: 'push', payload: { ref, before, after, forced: false, repository: REPOSITORY } };
}

export function workflowRun(head: { sha: string; branch: string; repository: unknown }): Given {
  return {
    name: 'workflow_run',
    payload: {
      action: 'completed',
      repository: REPOSITORY,
      workflow_run: {
        id: 99,
        path: '.github/workflows/plan.yml',
        event: 'pull_request',
        conclusion: 'success',
        head_branch: head.branch,
        head_sha: head.sha,
        head_repository: head.repository,
        pull_requests: [],
      },
    },
  };
}

export const schedule: Given = {
  name: 'schedule',
  payload: { schedule: '17 3 * * *', repository: REPOSITORY },
};

export const dispatch: Given = { name: 'workflow_dispatch', payload: { inputs: {}, repository: REPOSITORY } };
