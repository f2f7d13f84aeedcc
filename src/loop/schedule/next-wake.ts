import { longestOpenMs } from '../decide/breakers.ts';
import { isCounted } from '../decide/restarts.ts';
import type { LoopState, Wake } from '../model.ts';
import { chance } from './chance.ts';
import { cronAfter } from './client.ts';
import { retryDelayMs } from './retry-delay.ts';
import { intervalOf, jitterOf, type ScheduleSettings } from './settings.ts';
import { opensAfter } from './windows.ts';

/** When a pass was made, by both clocks. */
export interface PassTime {
  /** Ms since the epoch. */
  readonly startedMs: number;
  readonly startedMonotonicMs: number;
  readonly endedMonotonicMs: number;
}

export interface Moment {
  /** Ms since the epoch. */
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** The last pass of this process; null before the first. */
  readonly lastPass: PassTime | null;
  /** After that pass. */
  readonly state: LoopState;
  readonly settings: ScheduleSettings;
}

export interface NextWake {
  readonly inMs: number;
  readonly wake: Wake;
}

/** The two clocks part by less than this between two passes unless somebody set one, or the machine slept. */
const SKEW_MS = 5_000;
/** After a pass, before a clock that was set brings another: one that is set all the time must not keep us busy. */
const CLOCK_GAP_MS = 10_000;
/** What is unhealthy, and not seen so often enough for a restart, is looked at again so soon. */
const AILING_GAP_MS = 10_000;
/** Nothing that is only due by time follows a pass sooner. */
const GAP_MS = 1_000;

/**
 * When the next pass is due, and why, if nobody asks for one before. Pure: the same moment gives the same answer.
 *
 * Never later than the interval and its jitter after the end of the last pass (without an interval: the next cron
 * time). What is due by the interval is measured by the clock that nobody sets; what somebody wrote as a time of day
 * (cron, windows, the end of a suspension) by the other one. Whatever was missed, by however much, is one pass: it is
 * due at once, and then it is past.
 */
export function nextWake(moment: Moment): NextWake {
  const { lastPass } = moment;
  if (lastPass === null) return { inMs: 0, wake: { kind: 'start' } };
  const soonest = lastPass.endedMonotonicMs + GAP_MS - moment.monotonicMs;
  const due = [...byInterval(moment, lastPass), ...byTime(moment, lastPass)];
  const first = due.reduce((a, b) => (b.inMs < a.inMs ? b : a));
  // Whole: a wait of less than a clock can tell would never end.
  return { ...first, inMs: Math.ceil(Math.max(0, soonest, first.inMs)) };
}

/** What is due some time after the last pass, whatever the time of day. */
function byInterval(
  moment: Moment,
  { startedMs, startedMonotonicMs, endedMonotonicMs }: PassTime,
): NextWake[] {
  const { nowMs, monotonicMs, state, settings } = moment;
  const after = (ms: number): number => endedMonotonicMs + ms - monotonicMs;
  const due: NextWake[] = [];
  const hasCron = settings.cron.length > 0;
  if (settings.intervalMs !== null || !hasCron) {
    const spread = 1 + jitterOf(settings) * (2 * chance(settings.seed, state.passes, 'interval') - 1);
    due.push({ inMs: after(intervalOf(settings) * spread), wake: { kind: 'interval' } });
  }
  const retryMs = retryDelayMs(state, settings);
  if (retryMs !== null) due.push({ inMs: after(retryMs), wake: { kind: 'retry' } });
  if (Object.values(state.restarts).some((each) => isCounted(each, settings.restart))) {
    due.push({ inMs: after(AILING_GAP_MS), wake: { kind: 'retry' } });
  }
  const skewMs = nowMs - startedMs - (monotonicMs - startedMonotonicMs);
  if (Math.abs(skewMs) > SKEW_MS) due.push({ inMs: after(CLOCK_GAP_MS), wake: { kind: 'clock' } });
  // An expression that never comes: still look now and then.
  if (due.length === 0 && !settings.cron.some((time) => cronAfter(time, nowMs) !== null)) {
    due.push({ inMs: after(intervalOf(settings)), wake: { kind: 'interval' } });
  }
  return due;
}

/** What is due at a time of day that was still to come when the last pass began. */
function byTime({ nowMs, state, settings }: Moment, { startedMs }: PassTime): NextWake[] {
  const at = (kind: 'cron' | 'retry' | 'clock', times: readonly (number | null)[]): NextWake[] =>
    times.flatMap((ms) =>
      ms === null || ms <= startedMs ? [] : [{ inMs: Math.max(0, ms - nowMs), wake: { kind } }],
    );
  const cronJitterMs =
    chance(settings.seed, state.passes, 'cron') * jitterOf(settings) * intervalOf(settings);
  const cron = settings.cron.map((time) => {
    const ms = cronAfter(time, startedMs);
    return ms === null ? null : ms + cronJitterMs;
  });
  const breakers = Object.values(state.breakers).map(({ openUntilMs }) =>
    openUntilMs - nowMs > longestOpenMs ? null : openUntilMs,
  );
  const restarts = Object.values(state.restarts).map(({ lastMs }) =>
    lastMs > nowMs ? null : lastMs + settings.restart.delayMs,
  );
  const suspensions = Object.values(state.suspended).map(({ until }) =>
    until === undefined || Number.isNaN(Date.parse(until)) ? null : Date.parse(until),
  );
  return [
    ...at('cron', cron),
    ...at('retry', [...breakers, ...restarts]),
    ...at('clock', [...suspensions, opensAfter(settings.windows, startedMs)]),
  ];
}
