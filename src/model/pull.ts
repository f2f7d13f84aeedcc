import type { Code } from './codes.ts';

/** An image that one engine is to have. */
export interface PullTarget {
  /** As addresses name it: `docker`, `docker@lab`. */
  readonly engine: string;
  /** As locked: `NAME[:TAG]@sha256:…`; as the manifest has it where it is not. */
  readonly image: string;
  /** `linux/arm64`; null: the engine's own. */
  readonly platform: string | null;
  /** Those of the manifest that it is for. */
  readonly servers: readonly string[];
}

/** `current`: the engine had it. `local`: no registry has it, so its engine must. */
export interface PullOutcome {
  readonly result: 'pulled' | 'current' | 'local' | 'failed';
  readonly error?: { readonly code: Code; readonly message: string; readonly hint?: string };
}
