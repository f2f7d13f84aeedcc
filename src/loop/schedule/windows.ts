import { type CronTime, cronAfter, cronUpTo } from './client.ts';

/**
 * A time in which the loop may change things, or may not. A denial wins; where anything is allowed by name, nothing
 * is at any other time.
 */
export interface Window {
  readonly kind: 'allow' | 'deny';
  /** When it begins. */
  readonly start: CronTime;
  readonly durationMs: number;
}

/** Whether changes may be made at a time (ms since the epoch). */
export function isOpenAt(windows: readonly Window[], nowMs: number): boolean {
  const allowing = windows.filter(({ kind }) => kind === 'allow');
  if (windows.some((each) => each.kind === 'deny' && endAt(each, nowMs) !== null)) return false;
  return allowing.length === 0 || allowing.some((each) => endAt(each, nowMs) !== null);
}

/**
 * When it may be time for changes again, after a time at which it is not: the first end of a denial or start of a
 * permission. Null when changes may be made, or never may.
 */
export function opensAfter(windows: readonly Window[], nowMs: number): number | null {
  if (isOpenAt(windows, nowMs)) return null;
  const edges = windows.flatMap((each) => {
    const edge = each.kind === 'deny' ? endAt(each, nowMs) : cronAfter(each.start, nowMs);
    return edge === null ? [] : [edge];
  });
  return edges.length === 0 ? null : Math.min(...edges);
}

/** When the window that a time is in ends; null when the time is in none. */
function endAt({ start, durationMs }: Window, nowMs: number): number | null {
  const begun = cronUpTo(start, nowMs);
  if (begun === null || begun + durationMs <= nowMs) return null;
  return begun + durationMs;
}
