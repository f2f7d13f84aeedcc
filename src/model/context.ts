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
}

/** Absolute paths, because a client has its own PATH and working directory. */
export interface Launcher {
  readonly command: string;
  /** Before `exec <launch-id>`. */
  readonly args: readonly string[];
  /** Whether it is in a place that somebody empties: npx's cache, a temporary folder. */
  readonly isEphemeral: boolean;
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
