/** What is asked of GitHub. Every function throws a McpformError with a code `GITHUB_…`, and no token is in it. */
export interface GitHub {
  /** Of the repository that was opened. Needs `pull-requests: read`. */
  pull(number: number): Promise<Pull>;
  /**
   * The pull requests of this repository that a commit came from and that were merged into `branch`. GitHub fills this
   * list a moment after a merge: an empty one is no proof. Needs `pull-requests: read`.
   */
  mergedPullsOf(commit: string, branch: string): Promise<readonly Pull[]>;
  /**
   * The open pull requests of a head, of a fork too, whose head is still `sha`: the event `workflow_run` names none for
   * forks. Several when one branch is to go to several. Needs `pull-requests: read`.
   */
  openPullsOf(head: PullHead): Promise<readonly Pull[]>;
  /** In the order they were given. Needs `pull-requests: read`. */
  reviews(number: number): Promise<readonly Review[]>;
  /**
   * Our comment that begins with the marker, of an issue or a pull request. One of anybody else is not ours, whatever it
   * begins with; of several of ours the oldest is.
   */
  readComment(number: number, marker: string): Promise<Comment | null>;
  /**
   * Makes that comment or writes it anew; `unchanged` wrote nothing. With `ifAbsent: 'leave'` and none there it makes
   * none, and says `none`. Throws GITHUB_TOO_LONG for a body of more than 65,536 characters. Needs
   * `pull-requests: write`.
   */
  upsertComment(
    number: number,
    comment: WantedComment,
  ): Promise<'created' | 'updated' | 'unchanged' | 'none'>;
  /**
   * The one issue that begins with the marker and is ours: makes it, writes it anew, or opens it again. Needs
   * `issues: write`.
   */
  upsertIssue(issue: WantedIssue): Promise<IssueOutcome>;
  /** Says why in a comment, and closes it; null when none of ours is open. Needs `issues: write`. */
  closeIssue(closing: { readonly marker: string; readonly comment: string }): Promise<number | null>;
  /**
   * A file of any repository that the token may read, at a branch, tag or commit. GitHub follows a link to another file of
   * that repository. Throws GITHUB_FILE_INVALID for a folder, another link or a submodule, and above 1 MiB. Needs
   * `contents: read` there.
   */
  fileAt(file: FilePlace): Promise<Uint8Array>;
}

export interface PullHead {
  /** Of the repository that the branch is in. */
  readonly owner: string;
  readonly branch: string;
  readonly sha: string;
}

export interface FilePlace {
  readonly owner: string;
  readonly repo: string;
  readonly path: string;
  readonly ref: string;
}

export interface Repository {
  /** Stays when the repository is renamed or moved: what forks are told apart by. */
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

export interface Pull {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly isMerged: boolean;
  /** What it became on the base branch; null as long as it is not merged. */
  readonly mergeCommit: string | null;
  readonly base: PullEnd & { readonly repository: Repository };
  /** The repository is null when a fork was deleted. */
  readonly head: PullEnd & { readonly repository: Repository | null };
  /** Null when the account is gone. */
  readonly author: string | null;
}

export interface PullEnd {
  /** The branch, without `refs/heads/`: any text that Git takes. */
  readonly ref: string;
  readonly sha: string;
}

export interface Review {
  /** Null when the account is gone. */
  readonly author: string | null;
  /** GitHub's word: `OWNER`, `MEMBER`, `COLLABORATOR`, `CONTRIBUTOR`, `NONE`… */
  readonly authorAssociation: string;
  /** GitHub's word: `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`. */
  readonly state: string;
  /** What was looked at; null when GitHub does not know it any more. */
  readonly commit: string | null;
  /** ISO 8601 UTC; null while it is pending. */
  readonly submittedAt: string | null;
}

export interface Comment {
  readonly id: number;
  readonly body: string;
}

export interface WantedComment {
  /** An HTML comment, with its end: `<!-- mcpform:plan:tools -->`. */
  readonly marker: string;
  /** Begins with the marker. */
  readonly body: string;
  readonly ifAbsent: 'create' | 'leave';
}

export interface WantedIssue {
  readonly marker: string;
  readonly title: string;
  /** Begins with the marker. */
  readonly body: string;
  /** For a new one only: what people change later stays. */
  readonly labels: readonly string[];
}

export interface IssueOutcome {
  readonly number: number;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'reopened';
}
