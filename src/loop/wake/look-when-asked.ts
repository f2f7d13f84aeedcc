import type { Clock } from '../../model/system.ts';

/** After a look that took 1 ms it rests for 4: whoever makes much noise has a fifth of our time. */
const REST_SHARE = 4;
const LONGEST_REST_MS = 30_000;

/**
 * Returns how to ask for a look: at once, one at a time; asked again before it is over, once more after a rest. Ends with
 * the signal. `look` never rejects.
 */
export function lookWhenAsked(
  look: () => Promise<void>,
  { clock, signal, restMs }: { readonly clock: Clock; readonly signal: AbortSignal; readonly restMs: number },
): () => void {
  let isAsked = false;
  let isLooking = false;
  const work = async (): Promise<void> => {
    isLooking = true;
    while (isAsked && !signal.aborted) {
      isAsked = false;
      const startedMs = clock.monotonic();
      await look();
      const tookMs = clock.monotonic() - startedMs;
      await clock.sleep(Math.min(LONGEST_REST_MS, Math.max(restMs, REST_SHARE * tookMs)), signal);
    }
    // In the same moment in which nobody had asked: who asks later starts anew.
    isLooking = false;
  };
  return () => {
    isAsked = true;
    if (isLooking) return;
    // It rejects when the signal ended a rest, and then for good.
    work().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
}
