import type { Address } from '../../model/address.ts';
import type { Outcome } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import type { Ailment, LoopState } from '../model.ts';
import { isAboutUnhealthy } from './intent.ts';

export interface RestartSettings {
  /** In how many consecutive passes something must be seen unhealthy before it is restarted. */
  readonly threshold: number;
  /** Between two restarts. */
  readonly delayMs: number;
  /** After so many it is left as it is, until it was healthy or somebody acknowledged it. */
  readonly maxAttempts: number;
}

/** Whether what is seen unhealthy now, once more, is restarted in this pass. */
export function isRestartDue(known: Ailment | undefined, settings: RestartSettings, nowMs: number): boolean {
  const { seen, attempts, lastMs } = known ?? { seen: 0, attempts: 0, lastMs: 0 };
  if (seen + 1 < settings.threshold || attempts >= settings.maxAttempts) return false;
  const isClockBack = lastMs > nowMs;
  return isClockBack || nowMs - lastMs >= settings.delayMs;
}

/** Whether the next looks decide about a restart. */
export function isCounted({ seen, attempts }: Ailment, settings: RestartSettings): boolean {
  return seen > 0 && seen < settings.threshold && attempts < settings.maxAttempts;
}

/** Whether it has been so for long enough to say so: a single look may come at a bad moment. */
export function isAiling({ seen, attempts }: Ailment, { threshold }: RestartSettings): boolean {
  return attempts > 0 || seen >= threshold;
}

/** After a pass: what is still unhealthy, and how often that was tried to mend. What could not be seen is as it was. */
export function noteHealth(
  restarts: LoopState['restarts'],
  pass: { readonly plan: Plan; readonly outcomes: ReadonlyMap<Address, Outcome>; readonly nowMs: number },
): LoopState['restarts'] {
  const { plan, outcomes, nowMs } = pass;
  const noted: [Address, Ailment][] = [];
  for (const step of plan.steps) {
    const known = restarts[step.address];
    if (step.because === 'unavailable') {
      if (known !== undefined) noted.push([step.address, known]);
    } else if (isAboutUnhealthy(step)) {
      const { seen, attempts, lastMs } = known ?? { seen: 0, attempts: 0, lastMs: 0 };
      const result = outcomes.get(step.address)?.result;
      const isTried = step.action !== 'conflict' && result !== undefined && result !== 'skipped';
      noted.push([
        step.address,
        isTried ? { seen: 0, attempts: attempts + 1, lastMs: nowMs } : { seen: seen + 1, attempts, lastMs },
      ]);
    }
  }
  return Object.fromEntries(noted);
}
