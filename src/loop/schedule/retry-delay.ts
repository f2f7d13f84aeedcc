import type { LoopState } from '../model.ts';
import { chance } from './chance.ts';
import { intervalOf, type ScheduleSettings } from './settings.ts';

const FIRST_RETRY_MS = 5_000;

/**
 * How long after a failed pass the next try comes: anything up to 5 s, twice that with each further failure, never
 * more than the interval. Drawn from the whole range, so that those who failed together do not come back together.
 * Null when nothing failed in a way worth a retry.
 */
export function retryDelayMs(
  { failures, passes }: Pick<LoopState, 'failures' | 'passes'>,
  settings: Pick<ScheduleSettings, 'intervalMs' | 'seed'>,
): number | null {
  if (failures <= 0) return null;
  const longest = Math.min(intervalOf(settings), FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 30));
  return Math.floor(chance(settings.seed, passes, 'retry') * longest);
}
