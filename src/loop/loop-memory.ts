import type { Context } from '../model/context.ts';
import type { LoopState, PassFailure, Transition } from './model.ts';
import { asFailure } from './pass-failure.ts';
import { changeLoopState } from './state/change-loop-state.ts';
import { readLoopFile } from './state/loop-file.ts';
import { loopFolder } from './state/loop-folder.ts';
import { newLoopState } from './state/new-loop-state.ts';

interface Decided {
  readonly state: LoopState;
  readonly transitions: readonly Transition[];
}

/**
 * What a loop remembers: on the disk once it is known whose loop it is, and here. A disk that is full, or somebody who
 * keeps the file to himself, does not end the loop: what could not be written is written with the next pass.
 */
export class LoopMemory {
  readonly #source: string;
  readonly #ctx: Context;
  #books: string | null = null;
  #state: LoopState;
  #isWritten = true;

  constructor(source: string, ctx: Context) {
    this.#source = source;
    this.#ctx = ctx;
    this.#state = newLoopState(source, ctx.system.clock.now());
  }

  /** As it is now. */
  get state(): LoopState {
    return this.#state;
  }

  /** The state folder; null until it is known. */
  get books(): string | null {
    return this.#books;
  }

  openAt(books: string): void {
    this.#books = books;
  }

  /**
   * Between two passes somebody may have suspended or acknowledged something. Returns why that cannot be known: then
   * nothing may be put in force.
   */
  async refresh(): Promise<PassFailure | null> {
    return this.#books === null ? null : await this.#change(this.#books, (state) => state);
  }

  /** As people may have left it since: nothing is written. Throws what the disk says. */
  async newest(): Promise<LoopState> {
    if (this.#books === null) return this.#state;
    const file = await readLoopFile(loopFolder(this.#books), this.#ctx);
    return file.kind === 'sound' ? this.#caughtUp(file.state) : this.#state;
  }

  /** What is remembered after a pass; gives what changed. */
  async note(decide: (state: LoopState) => Decided): Promise<readonly Transition[]> {
    let transitions: readonly Transition[] = [];
    const change = (before: LoopState): LoopState => {
      const decided = decide(before);
      transitions = decided.transitions;
      return decided.state;
    };
    const failure = this.#books === null ? null : await this.#change(this.#books, change);
    if (this.#books === null || failure !== null) this.#state = change(this.#state);
    return transitions;
  }

  async #change(books: string, change: (state: LoopState) => LoopState): Promise<PassFailure | null> {
    try {
      const by = { source: this.#source, command: 'reconcile' };
      const opened = await changeLoopState(books, by, (state) => change(this.#caughtUp(state)), this.#ctx);
      this.#state = opened.state;
      this.#isWritten = true;
      return null;
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      this.#isWritten = false;
      return asFailure(error);
    }
  }

  #caughtUp(state: LoopState): LoopState {
    return this.#isWritten ? state : { ...state, ...ownPart(this.#state) };
  }
}

/** What nobody but the loop changes. What people said meanwhile, and what is counted with it, is on the disk. */
function ownPart(state: LoopState): Partial<LoopState> {
  const { conditions, passes, failures, lastAttempted, lastApplied, breakers } = state;
  return { conditions, passes, failures, lastAttempted, lastApplied, breakers };
}
