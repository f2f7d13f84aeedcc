import type { Step } from '../../model/plan.ts';

/** What a step would do and why, whether or not the loop leaves it alone. */
export function intentOf({ action, because, held }: Step): Pick<Step, 'action' | 'because'> {
  return held === undefined ? { action, because } : { action: held.action, because: held.reason };
}

const PUT_BACK: ReadonlySet<Step['because']> = new Set(['drifted', 'missing', 'changed-and-drifted']);
const WRITES: ReadonlySet<Step['action']> = new Set(['create', 'update', 'replace']);

/** Whether a step undoes what somebody else did. A restart does not: that is nobody's doing. */
export function isCorrection(step: Step): boolean {
  const { action, because } = intentOf(step);
  return WRITES.has(action) && PUT_BACK.has(because) && !isRestart(step);
}

/** Whether the object of a step is there and not well. */
export function isAboutUnhealthy(step: Step): boolean {
  return step.paths.some(
    ({ pointer, before }) =>
      pointer === '/status' &&
      before !== undefined &&
      'value' in before &&
      (before.value === 'unhealthy' || before.value === 'restarting'),
  );
}

/** Whether all that a step does is to restart what is not well. */
export function isRestart(step: Step): boolean {
  const { action } = intentOf(step);
  return action === 'update' && isAboutUnhealthy(step) && step.paths.length === 1;
}
