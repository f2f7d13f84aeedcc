import type { RestartSettings } from '../decide/restarts.ts';
import type { CronTime } from './client.ts';
import type { Window } from './windows.ts';

/** When the loop looks, without anybody asking it to. */
export interface ScheduleSettings {
  /** From the end of a pass to the next one, at least 10 s; null: only `cron` says when. */
  readonly intervalMs: number | null;
  /** How much earlier or later, in percent of the interval: 0 to 99. */
  readonly jitterPercent: number;
  readonly cron: readonly CronTime[];
  readonly windows: readonly Window[];
  readonly restart: RestartSettings;
  /** What the jitter is drawn from: two machines that share it wake together. */
  readonly seed: string;
}

export const DEFAULT_INTERVAL_MS = 300_000;
export const MIN_INTERVAL_MS = 10_000;

/** The interval, whatever was asked for; the default one where only cron says when, as the bound of everything else. */
export function intervalOf({ intervalMs }: Pick<ScheduleSettings, 'intervalMs'>): number {
  return Math.max(MIN_INTERVAL_MS, intervalMs ?? DEFAULT_INTERVAL_MS);
}

/** A share of the interval: 0.05 for 5 percent. */
export function jitterOf({ jitterPercent }: Pick<ScheduleSettings, 'jitterPercent'>): number {
  return Math.min(99, Math.max(0, jitterPercent)) / 100;
}
