/** One request, with what its errors say. */
export interface Ask {
  /** `GET /repos/{owner}/{repo}/pulls/{pull_number}`: what is in braces comes from the parameters, encoded. */
  readonly route: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What it is about: `pull request 12`. */
  readonly about: string;
  /** The least permission of a workflow's token for it: `pull-requests: read`. */
  readonly needs: string;
}

/** GitHub's REST API, for one repository. All errors are coded, and none holds the token. */
export interface Rest {
  /** The data of the answer. */
  ask(what: Ask): Promise<unknown>;
  /**
   * The entries of a list, page by page, as far as they are read. Throws GITHUB_TOO_MANY when somebody wants those behind
   * the last of `maxPages` pages of a hundred.
   */
  entries(what: Ask, maxPages: number): AsyncIterable<unknown>;
  /** Whether an account, by its login, is the token's own. */
  isOurs(login: string): Promise<boolean>;
  /**
   * Makes what must not be there twice. When the answer is lost, waits, looks with `find` whether it was made after all,
   * and tries again only when it was not.
   */
  makeOnce<T>(make: () => Promise<T>, find: () => Promise<T | null>): Promise<T>;
}
