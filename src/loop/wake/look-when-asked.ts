import type { Clock } from '../../model/system.ts';

/** After a look that took 1 ms it rests for 9: whoever makes much noise has a tenth of our time. */
const REST_SHARE = 9;
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
    while (isAsked && !signal.aborted) {
      isAsked = false;
      const startedMs = clock.monotonic();
      await look();
      const tookMs = clock.monotonic() - startedMs;
      await clock.sleep(Math.min(LONGEST_REST_MS, Math.max(restMs, REST_SHARE * tookMs)), signal);
    }
  };
  return () => {
    isAsked = true;
    if (isLooking) return;
    isLooking = true;
    // It only rejects when the signal ended its rest.
    void work()
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      })
      .finally(() => {
        isLooking = false;
      });
  };
}
