import { nextWake, type PassTime } from '../../../src/loop/schedule/next-wake.ts';
import type { ScheduleSettings } from '../../../src/loop/schedule/settings.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import type { LoopState } from '../../../src/model/loop.ts';

/** Machines that poll one repository, by the very code that decides when the loop looks. Times in ms. */
export interface Fleet {
  readonly machines: number;
  readonly intervalMs: number;
  readonly jitterPercent: number;
  /** They are switched on within this long. */
  readonly startWithinMs: number;
  readonly untilMs: number;
  readonly pushAtMs: number;
  /** The git host answers nobody. */
  readonly outage: { readonly fromMs: number; readonly toMs: number };
}

export interface FleetReport {
  /** Requests in each second, from 0. */
  readonly perSecond: readonly number[];
  /** From the push until so many of the machines had looked, in ms. */
  readonly convergedMs: { readonly half: number; readonly most: number; readonly all: number };
  /** From the end of the outage until so many had looked, in ms. */
  readonly recoveredMs: { readonly half: number; readonly most: number; readonly all: number };
}

const EPOCH = Date.UTC(2026, 0, 5, 9);

export function simulateFleet(fleet: Fleet): FleetReport {
  const perSecond = new Array<number>(Math.ceil(fleet.untilMs / 1000)).fill(0);
  const seen: number[] = [];
  const back: number[] = [];
  for (let machine = 0; machine < fleet.machines; machine += 1) {
    const looks = looksOf(machine, fleet);
    for (const at of looks) perSecond[Math.floor(at / 1000)] = (perSecond[Math.floor(at / 1000)] ?? 0) + 1;
    const { fromMs, toMs } = fleet.outage;
    const isUp = (at: number): boolean => at < fromMs || at >= toMs;
    seen.push(
      (looks.find((at) => at >= fleet.pushAtMs && isUp(at)) ?? Number.POSITIVE_INFINITY) - fleet.pushAtMs,
    );
    back.push((looks.find((at) => at >= toMs) ?? Number.POSITIVE_INFINITY) - toMs);
  }
  return { perSecond, convergedMs: sharesOf(seen), recoveredMs: sharesOf(back) };
}

/** When one machine looks. */
function looksOf(machine: number, fleet: Fleet): readonly number[] {
  const settings: ScheduleSettings = {
    intervalMs: fleet.intervalMs,
    jitterPercent: fleet.jitterPercent,
    cron: [],
    windows: [],
    restart: { threshold: 3, delayMs: 60_000, maxAttempts: 5 },
    seed: `machine ${machine}`,
  } as ScheduleSettings;
  const looks: number[] = [];
  // Spread evenly, and the same every time.
  let at = ((machine * 0.618_033_988_749_895) % 1) * fleet.startWithinMs;
  let state: LoopState = newLoopState(null, EPOCH);
  while (at < fleet.untilMs) {
    looks.push(at);
    const isDown = at >= fleet.outage.fromMs && at < fleet.outage.toMs;
    state = { ...state, passes: state.passes + 1, failures: isDown ? state.failures + 1 : 0 };
    const lastPass: PassTime = {
      startedMs: EPOCH + at,
      startedMonotonicMs: at,
      endedMonotonicMs: at,
    };
    at += nextWake({ nowMs: EPOCH + at, monotonicMs: at, lastPass, state, settings }).inMs;
  }
  return looks;
}

function sharesOf(times: readonly number[]): FleetReport['convergedMs'] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] as number;
  return { half: at(0.5), most: at(0.99), all: at(1) };
}
