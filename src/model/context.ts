import type { Conceal } from './conceal.ts';
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
  /** The command by which a client starts `mcpform` again. */
  readonly launcher: Launcher;
  /** Keyed digest (HMAC-SHA256 under this machine's state key, base64url) of any text. */
  readonly digest: (text: string) => string;
  /** Every secret that becomes known is added at once: nothing is shown that has not gone through it. */
  readonly conceal: Conceal;
}

/** Absolute paths, because a client has its own PATH and working directory. */
export interface Launcher {
  readonly command: string;
  /** Up to `exec`: the id of the launch comes next. */
  readonly args: readonly string[];
  /** Why this path will not last; null when it should. */
  readonly ephemeral: null | { readonly path: string; readonly because: 'npx' | 'temporary' | 'versioned' };
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
