import type { Emit } from './event.ts';
import type { System } from './system.ts';

/** The world in one parameter, made once in `cli/context.ts`, always last. */
export interface Context {
  readonly system: System;
  /** The user's home folder, absolute. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly folders: Folders;
  /** Keyed digest (HMAC-SHA256 under this machine's state key, base64url) of any text. */
  readonly digest: (text: string) => string;
}

/** Our own folders; all absolute. */
export interface Folders {
  /** `$XDG_STATE_HOME/mcpform`: state folders, key, one per user. */
  readonly state: string;
  /** `$XDG_CACHE_HOME/mcpform`. */
  readonly cache: string;
  /** `$XDG_CONFIG_HOME/mcpform`: machine policy of the user. */
  readonly config: string;
  /** `$XDG_DATA_HOME/mcpform`: lineage stubs. */
  readonly data: string;
}
