import type { DecideSettings } from './decide/settings.ts';
import type { ScheduleSettings } from './schedule/settings.ts';

/** How a loop behaves: what it does by itself, and when. */
export interface LoopSettings extends ScheduleSettings, DecideSettings {}

/** What nobody said otherwise. The seed is the caller's: it must differ from machine to machine. */
export function defaultSettings(seed: string): LoopSettings {
  return {
    intervalMs: 300_000,
    jitterPercent: 5,
    cron: [],
    windows: [],
    seed,
    mode: 'enforce',
    modes: {},
    prune: false,
    pruneAfter: 3,
    restart: { threshold: 3, delayMs: 60_000, maxAttempts: 5 },
  };
}
