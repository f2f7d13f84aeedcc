/** What the double of GitHub holds; tests write into it and look at it. */
export interface GitHubWorld {
  /** By the token's text. */
  readonly tokens: Record<string, DoubleToken>;
  /** By `owner/name`. */
  readonly repositories: Record<string, DoubleRepository>;
}

export type Permission = 'contents' | 'issues' | 'pull-requests';

export interface DoubleToken {
  readonly account: DoubleAccount;
  /** `owner/name`: the one it may write to, and see when it is private. */
  readonly repository: string;
  readonly permissions: Partial<Record<Permission, 'read' | 'write'>>;
}

export interface DoubleAccount {
  readonly login: string;
  readonly type: 'Bot' | 'User';
}

export interface DoubleRepository {
  readonly id: number;
  isPrivate: boolean;
  /** As REST gives them: `doublePull` makes one. */
  readonly pulls: Record<number, DoublePull>;
  /** Commit → numbers of the pull requests it belongs to. */
  readonly commits: Record<string, readonly number[]>;
  readonly reviews: Record<number, readonly unknown[]>;
  readonly comments: DoubleComment[];
  readonly issues: DoubleIssue[];
  /** `path@ref` → bytes, or what else is there. */
  readonly files: Record<string, Uint8Array | 'dir' | 'symlink' | 'submodule'>;
}

export interface DoublePull {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly head: DoubleEnd;
  readonly base: DoubleEnd;
  readonly [key: string]: unknown;
}

export interface DoubleEnd {
  readonly ref: string;
  readonly sha: string;
  readonly repo: {
    readonly id: number;
    readonly name: string;
    readonly owner: { readonly login: string };
  } | null;
}

export interface DoubleComment {
  readonly id: number;
  /** Of the issue or pull request. */
  readonly on: number;
  body: string | null;
  readonly user: DoubleAccount | null;
}

export interface DoubleIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  labels: readonly string[];
  readonly user: DoubleAccount | null;
}

export const BOT: DoubleAccount = { login: 'github-actions[bot]', type: 'Bot' };

export function doubleRepository(id: number, more: Partial<DoubleRepository> = {}): DoubleRepository {
  return {
    id,
    isPrivate: false,
    pulls: {},
    commits: {},
    reviews: {},
    comments: [],
    issues: [],
    files: {},
    ...more,
  };
}

/** A pull request into `octo-org/tools` (id 1), unless it says otherwise. */
export function doublePull(number: number, more: Partial<DoublePull> = {}): DoublePull {
  const repo = { id: 1, name: 'tools', owner: { login: 'octo-org' } };
  return {
    number,
    state: 'open',
    merged_at: null,
    merge_commit_sha: 'e'.repeat(40),
    user: { login: 'mona', type: 'User' },
    base: { ref: 'main', sha: 'b'.repeat(40), repo },
    head: { ref: 'change', sha: 'a'.repeat(40), repo },
    ...more,
  };
}
