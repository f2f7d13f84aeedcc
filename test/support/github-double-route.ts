import type { DoubleRepository, DoubleToken, GitHubWorld, Permission } from './github-double-state.ts';

/** One request that the double has understood. */
export interface Asked {
  readonly world: GitHubWorld;
  readonly token: DoubleToken;
  readonly repository: DoubleRepository;
  /** What the braces of the path stood for. */
  readonly values: { readonly [Name in 'number' | 'id' | 'commit' | 'path']?: string };
  readonly query: { readonly [Name in 'state' | 'head' | 'direction' | 'ref']?: string };
  readonly body: { readonly [Name in 'title' | 'body' | 'labels' | 'state']?: unknown };
}

export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Behind `/repos/{owner}/{repo}`. */
  readonly path: string;
  readonly query?: readonly string[];
  /** Key → what `typeof` says of it, or `list`. */
  readonly body?: Readonly<Record<string, 'string' | 'list'>>;
  /** One of these is enough. */
  readonly needs: readonly Permission[];
  /** Lists are cut into pages. */
  readonly answer: (asked: Asked) => Answer;
}
/** What every list takes. */
export const PAGE: readonly string[] = ['per_page', 'page'];

export const missing: Answer = { status: 404, data: { message: 'Not Found', status: '404' } };

export function ok(data: unknown): Answer {
  return { status: 200, data };
}

export function found(data: unknown): Answer {
  return data === undefined ? missing : ok(data);
}
