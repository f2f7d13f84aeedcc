import type { Address } from './address.ts';
import type { Json } from './json.ts';

/** `mcp.lock.yaml`, canonical. Fields a newer mcpform wrote are kept in `unknown` and written back. */
export interface Lock {
  /** Who owns entries in files that are shared through git: only project-scope addresses. */
  readonly ownership: Readonly<Record<Address, SharedOwnership>>;
  readonly unknown: Readonly<Record<string, Json>>;
}

export interface SharedOwnership {
  /** `sha256:` + hex of the canonical JSON of the normalised entry as we wrote it. */
  readonly digest: string;
  /** It was there before us: forgotten, not deleted, when it leaves the manifest. */
  readonly adopted: boolean;
  /** `lifecycle.protect`, remembered for colleagues whose inventory never saw it. Absent: not protected. */
  readonly protect?: boolean;
}

export const EMPTY_LOCK: Lock = { ownership: {}, unknown: {} };
