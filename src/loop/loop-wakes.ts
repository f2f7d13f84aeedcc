import type { Context } from '../model/context.ts';
import type { LoopState, WakeSource } from './model.ts';
import { controlSocket } from './wake/control-socket.ts';
import { engineWakes } from './wake/engine-wakes.ts';

/** The loop of a stack, once it is known which. */
export interface KnownLoop {
  /** The state folder. */
  readonly books: string;
  readonly stack: string;
  /** As it is now. */
  readonly state: () => LoopState;
}

/** What wakes a loop and is the stack's own: its engines, and whoever asks it. */
export function loopWakes({ books, stack, state }: KnownLoop, ctx: Context): readonly WakeSource[] {
  return [engineWakes(stack, ctx), controlSocket(books, state, ctx)];
}
