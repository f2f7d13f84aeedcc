import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../model/system.ts';

/** Until when something is waited for. */
export interface Deadline {
  /** Aborts when it is over, or when one of those aborts that were given. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  /** There is progress: the time starts again. */
  extend(): void;
  /** Nothing is waited for any more. */
  end(): void;
}

const ENDED = 'ended';

/** Holds no timer once it is ended. */
export function startDeadline(
  clock: Clock,
  limitMs: number,
  signals: readonly (AbortSignal | undefined)[],
): Deadline {
  const over = new AbortController();
  const stop = new AbortController();
  let startMs = clock.monotonic();
  let isOver = false;
  const watch = async (): Promise<void> => {
    for (let leftMs = limitMs; leftMs > 0; leftMs = startMs + limitMs - clock.monotonic()) {
      await clock.sleep(leftMs, stop.signal);
    }
    isOver = true;
    over.abort(new Error(`nothing for ${limitMs} ms`));
  };
  // It only ever rejects because it was stopped.
  if (Number.isFinite(limitMs)) watch().catch(() => undefined);
  const drop = signals.map((signal) => follow(signal, over));
  return {
    signal: over.signal,
    isOver: () => isOver,
    extend: () => {
      startMs = clock.monotonic();
    },
    end: () => {
      // With a reason of its own, each would make an error with a stack.
      stop.abort(ENDED);
      for (const each of drop) each();
    },
  };
}

function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => undefined;
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  // Many calls may hang on one signal, and each lets go of it.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', onAbort);
  return () => signal.removeEventListener('abort', onAbort);
}

/** Rejects with the signal's reason when it aborts first; what comes later is dropped. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
