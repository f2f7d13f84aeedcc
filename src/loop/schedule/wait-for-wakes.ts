import type { Clock } from '../../model/system.ts';
import type { Wake } from '../model.ts';
import type { NextWake } from './next-wake.ts';
import type { Wakes } from './wakes.ts';

/** How long a machine that slept, or whose clock was set, may go on without our noticing. */
const LOOK_MS = 15_000;

/**
 * Waits until there is a reason for a pass: somebody gave one, or it is time. `next` is asked again and again, since a
 * wait is measured by a clock that stands still while the machine sleeps. Rejects with the signal's reason.
 */
export async function waitForWakes(
  wakes: Wakes,
  next: () => NextWake,
  ctx: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly Wake[]> {
  for (;;) {
    const { inMs, wake } = next();
    const isDue = inMs <= 0;
    if (isDue) wakes.offer(wake);
    const taken = await wakes.take(Math.min(inMs, LOOK_MS), ctx.signal);
    if (taken.length > 0) return taken;
  }
}
