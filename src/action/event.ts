import type { Pull, PullEnd, Repository } from './github/github.ts';

/** What happened that a runner was started for; all of it is data that a stranger may have written. */
export type Event =
  | PushEvent
  | PullRequestEvent
  | MergeGroupEvent
  | WorkflowRunEvent
  | ScheduleEvent
  | DispatchEvent;

interface EventBase {
  /** Where the workflow runs. */
  readonly repository: Repository;
}

export interface PushEvent extends EventBase {
  readonly kind: 'push';
  readonly defaultBranch: string;
  /** `refs/heads/main`, `refs/tags/v1`. */
  readonly ref: string;
  /** Null for a tag. */
  readonly branch: string | null;
  /** Null when the branch is new. */
  readonly before: string | null;
  /** Null when the branch was deleted. */
  readonly after: string | null;
  readonly isForced: boolean;
}

export interface PullRequestEvent extends EventBase {
  readonly kind: 'pull-request';
  readonly defaultBranch: string;
  /** GitHub's word: `opened`, `synchronize`, `closed`… */
  readonly action: string;
  readonly pull: Pull;
  /** Whether the head is in another repository, or in one that is gone. */
  readonly isFork: boolean;
}

export interface MergeGroupEvent extends EventBase {
  readonly kind: 'merge-group';
  readonly action: string;
  readonly base: PullEnd;
  readonly head: PullEnd;
}

export interface WorkflowRunEvent extends EventBase {
  readonly kind: 'workflow-run';
  readonly defaultBranch: string;
  readonly action: string;
  readonly runId: number;
  /** `.github/workflows/plan.yml`, and behind an `@` perhaps the ref it was read from; null on old servers. */
  readonly path: string | null;
  /** What that run was started for: `pull_request`. */
  readonly cause: string;
  /** GitHub's word: `success`, `failure`…; null while it runs. */
  readonly conclusion: string | null;
  readonly head: {
    /** Null for what is no branch. */
    readonly branch: string | null;
    readonly sha: string;
    readonly repository: Repository | null;
  };
  readonly isFork: boolean;
  /** Open pull requests of this repository with that head. For a fork GitHub names none. */
  readonly pulls: readonly number[];
}

export interface ScheduleEvent extends EventBase {
  readonly kind: 'schedule';
  readonly ref: string;
  readonly commit: string;
}

export interface DispatchEvent extends EventBase {
  readonly kind: 'dispatch';
  readonly defaultBranch: string;
  readonly ref: string;
  readonly commit: string;
}
