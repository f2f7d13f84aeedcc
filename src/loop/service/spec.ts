/** A loop that the system starts: what all three kinds of service files are made of. Holds no secret. */
export interface ServiceSpec {
  /** `mcpform-tools-3f1c9ab24e77`: of files, units, labels and tasks. */
  readonly name: string;
  /** What it reconciles, for people, on one line. */
  readonly about: string;
  /** Absolute. */
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute: what relative paths in the arguments are relative to. */
  readonly folder: string;
  /** Where what it prints goes on systems that keep no journal. Absolute. */
  readonly errorFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Stands where the digest of all the rest will be: see `mark`. */
export const MARK = 'mcpform service sha256:?';
