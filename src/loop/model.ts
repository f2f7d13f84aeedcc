import type { McpformError } from '../model/error.ts';
import type { LoopState, Managed, PassReport, Reason, Transition, Wake } from '../model/loop.ts';
import type { Files } from '../model/system.ts';

export type * from '../model/loop.ts';

/** What a source had when it was looked at. Everything in it is of this one commit. */
export interface Revision {
  /** Commit id in hex; null for a folder. */
  readonly commit: string | null;
  /** For people: `main@sha1:3f1c9ab2…`, or the path of the folder. */
  readonly label: string;
  /** When it was committed, ms since the epoch; null for a folder. */
  readonly committedMs: number | null;
  /** Who signed it, in words; null where nothing asked for a signature. */
  readonly signer: string | null;
  /** Absolute, in merge order. Of a repository they are nowhere on the disk: only `files` has them. */
  readonly manifestFiles: readonly string[];
  /** Absolute: where the files of a commit seem to be; null for a folder, whose files are there. */
  readonly root: string | null;
  /** The real files of this machine, with those of the commit laid over them, read-only. */
  readonly files: Files;
}

/** Where the stack comes from. */
export interface Source {
  /** As people wrote it, without credentials. */
  readonly spec: string;
  /**
   * Looks once. `applied` is the commit that was applied last: with verification, what does not descend from it is
   * refused. Rejects with SOURCE_* only; whatever it throws, what was there before is still there.
   */
  look(applied: string | null, signal: AbortSignal): Promise<Revision>;
  /**
   * A commit that was applied before, without asking anybody for it; null where it cannot be had here, or is no longer
   * vouched for. Rejects only when it is told to stop.
   */
  recall?(commit: string, signal: AbortSignal): Promise<Revision | null>;
  close(): Promise<void>;
}

/** A failure of a pass: whether trying again can help. */
export interface PassFailure {
  readonly error: McpformError;
  readonly reason: Reason;
  /** Nothing but a new revision, or a person, can mend it. */
  readonly isTerminal: boolean;
}

/** Something that notices what is going on around us. A wake that is lost is harmless: each pass looks at everything. */
export interface WakeSource {
  /** From here on it calls `onWake`, until it is closed. Rejects when it cannot begin. */
  start(onWake: (wake: Wake) => void): Promise<void>;
  /** A pass begins: until `settle`, what changes may be what we do, and wakes nobody. Never rejects. */
  hold?(): Promise<void>;
  /**
   * After each pass: what is there now is as we left it, and does not wake us. What changed since `hold`, and is not
   * in `written`, somebody else did while we worked: that wakes us after all. Never rejects.
   */
  settle(managed: Managed): Promise<void>;
  /** The pass that was made for this request is over: whoever asked for it is told. */
  answer?(id: string, report: PassReport): void;
  /** Ends all it began. Never rejects. */
  close(): Promise<void>;
}

/** Whoever is told what the loop does. Nothing it does may hold the loop up or make it fail. */
export interface Observer {
  passed(report: PassReport, state: LoopState): void;
  changed(transitions: readonly Transition[], state: LoopState): void;
  close(): Promise<void>;
}
