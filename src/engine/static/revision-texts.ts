/** What one revision of a repository has of a stack. Paths count from the root of the repository, with `/`. */
export interface RevisionTexts {
  /** In merge order; empty where there is no manifest. */
  readonly manifests: readonly RevisionText[];
  /** Named with `-f`, and not there. */
  readonly missing: readonly string[];
  /** Null when there is none. */
  readonly lock: RevisionText | null;
}

export interface RevisionText {
  readonly path: string;
  readonly bytes: Uint8Array;
}
