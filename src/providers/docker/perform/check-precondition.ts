import type { JsonObject } from '../../../model/json.ts';
import { digestWhole } from '../../../model/leaves.ts';
import type { Step } from '../../../model/plan.ts';

/** All that a container can be said to do. */
export const STATUSES = [
  'running',
  'unhealthy',
  'restarting',
  'exited',
  'paused',
  'created',
  'dead',
  'removing',
] as const;

type Digest = (text: string) => string;

/** Whether an object is the one that the plan was made on. */
export function isAsPlanned(attributes: JsonObject, { precondition }: Step, digest: Digest): boolean {
  return (
    statusIn(attributes, precondition, digest) !== null || digestWhole(attributes, digest) === precondition
  );
}

/**
 * How a container was doing when `whole` was taken of it; null when it is not the one, or another one by now. One that
 * crashes and starts again is, for that, no other one from moment to moment.
 */
export function statusIn(attributes: JsonObject, whole: string, digest: Digest): string | null {
  if (attributes['status'] === undefined) return null;
  return STATUSES.find((status) => digestWhole({ ...attributes, status }, digest) === whole) ?? null;
}
