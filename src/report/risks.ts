import type { Plan, Step } from '../model/plan.ts';

/** Steps that lose something, or that somebody has to decide about, of one action. Never empty. */
export interface Risk {
  readonly action: Step['action'];
  readonly steps: readonly Step[];
}

/** Deletions first, then replacements, then what else loses something; conflicts, which change nothing, last. */
export function risksOf({ steps }: Pick<Plan, 'steps'>): readonly Risk[] {
  const risks = new Map<Step['action'], Step[]>(ORDER.map((action) => [action, []]));
  for (const step of steps) {
    if (isRisky(step)) risks.get(step.action)?.push(step);
  }
  return [...risks].flatMap(([action, found]) => (found.length === 0 ? [] : [{ action, steps: found }]));
}

export function isRisky({ action, isDestructive }: Pick<Step, 'action' | 'isDestructive'>): boolean {
  return isDestructive || action === 'delete' || action === 'replace' || action === 'conflict';
}

const ORDER: readonly Step['action'][] = [
  'delete',
  'replace',
  'update',
  'move',
  'create',
  'adopt',
  'record',
  'forget',
  'conflict',
];
