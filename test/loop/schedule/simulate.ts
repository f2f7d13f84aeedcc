import type { LoopState, Wake } from '../../../src/loop/model.ts';
import { nextWake, type PassTime } from '../../../src/loop/schedule/next-wake.ts';
import type { ScheduleSettings } from '../../../src/loop/schedule/settings.ts';
import { waitForWakes } from '../../../src/loop/schedule/wait-for-wakes.ts';
import { Wakes } from '../../../src/loop/schedule/wakes.ts';
import { newLoopState } from '../../../src/loop/state/new-loop-state.ts';
import { TwoClocks } from './two-clocks.ts';

export const settings: ScheduleSettings = {
  intervalMs: 300_000,
  jitterPercent: 0,
  cron: [],
  windows: [],
  restart: { threshold: 3, delayMs: 10_000, maxAttempts: 5 },
  seed: 'machine-1',
};

export interface Pass {
  readonly atMs: number;
  /** By the clock on the wall. */
  readonly time: string;
  readonly wakes: readonly Wake[];
}

/** A loop that only waits: passes take `passMs`, and change its state as a test says. */
export interface Simulated {
  readonly clock: TwoClocks;
  readonly wakes: Wakes;
  readonly passes: Pass[];
  state: LoopState;
  /** Kinds of the wakes of each pass. */
  kinds(): readonly string[];
  stop(): Promise<void>;
}

export interface Simulation {
  readonly settings?: Partial<ScheduleSettings>;
  readonly state?: Partial<LoopState>;
  readonly start?: string;
  readonly passMs?: number;
  readonly onPass?: (state: LoopState, pass: Pass) => LoopState;
}

export function simulate({ settings: own, state, start, passMs = 0, onPass }: Simulation = {}): Simulated {
  const clock = start === undefined ? new TwoClocks() : new TwoClocks(start);
  const wakes = new Wakes(clock);
  const passes: Pass[] = [];
  const ending = new AbortController();
  const loop: Simulated = {
    clock,
    wakes,
    passes,
    state: { ...newLoopState(null, clock.now()), ...state },
    kinds: () => passes.map((pass) => pass.wakes.map(({ kind }) => kind).join(' ')),
    stop: async () => {
      ending.abort(new Error('stopped'));
      await running;
    },
  };
  const running = run().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return loop;

  async function run(): Promise<void> {
    let lastPass: PassTime | null = null;
    for (;;) {
      const next = () =>
        nextWake({
          nowMs: clock.now(),
          monotonicMs: clock.monotonic(),
          lastPass,
          state: loop.state,
          settings: { ...settings, ...own },
        });
      const taken = await waitForWakes(wakes, next, { clock, signal: ending.signal });
      const began = { startedMs: clock.now(), startedMonotonicMs: clock.monotonic() };
      const pass = { atMs: clock.monotonic(), time: new Date(clock.now()).toISOString(), wakes: taken };
      passes.push(pass);
      if (passMs > 0) await clock.sleep(passMs, ending.signal);
      loop.state = { ...loop.state, passes: loop.state.passes + 1 };
      if (onPass !== undefined) loop.state = onPass(loop.state, pass);
      lastPass = { ...began, endedMonotonicMs: clock.monotonic() };
    }
  }
}
