import type { Condition } from '../model.ts';

/** Whether somebody should look at it. What is not known yet is no problem, and neither is work. */
export function isProblem({ type, status }: Pick<Condition, 'type' | 'status'>): boolean {
  switch (type) {
    case 'Ready':
    case 'Healthy':
    case 'SourceVerified':
      return status === 'False';
    case 'Stalled':
    case 'Contended':
      return status === 'True';
    case 'Reconciling':
      return false;
  }
}
