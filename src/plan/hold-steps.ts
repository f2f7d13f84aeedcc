import type { Step } from '../model/plan.ts';
import type { PlanOptions } from './plan-input.ts';
import { isLeaving } from './step.ts';

/**
 * What the loop leaves alone is in the plan as a conflict that says what would be done, and holds up what depends on
 * it. What is as it should be has no step, and so nothing to hold.
 */
export function holdSteps(
  steps: readonly Step[],
  hold: PlanOptions['hold'],
  losesData: (step: Step) => boolean,
): readonly Step[] {
  if (hold === undefined) return steps;
  const held = hold(steps, losesData);
  return steps.map((step): Step => {
    const because = held.get(step.address);
    if (because === undefined || step.action === 'conflict') return step;
    return {
      ...step,
      action: 'conflict',
      because: 'held',
      held: { because, action: step.action, reason: step.because },
      ...(isLeaving(step) ? { isLeaving: true } : {}),
      secrets: [],
      isDestructive: false,
    };
  });
}
