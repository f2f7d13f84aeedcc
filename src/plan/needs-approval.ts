import type { Step } from '../model/plan.ts';

/** What changes only our books needs none, unless somebody is to receive a secret because of it. */
export function needsApproval({ action, secrets }: Step): boolean {
  if (action !== 'record') return action !== 'conflict';
  return secrets.some(({ isNew, via }) => isNew && via !== 'reference');
}
