import type { LoopState } from '../model.ts';

type Breakers = LoopState['breakers'];

/** So many failures in a row, and an engine is left alone for a while. */
const TOLERATED = 5;
const FIRST_OPEN_MS = 30_000;
/** Nobody is left alone for longer at a time. */
export const longestOpenMs = 600_000;

/**
 * Whether nobody asks an engine (by `place.file`) for now. When that time is over it is asked once: an answer ends it
 * all, and another failure doubles the time. A clock that was set back keeps nobody waiting.
 */
export function isBreakerOpen(breakers: Breakers, engine: string, nowMs: number): boolean {
  const openMs = (breakers[engine]?.openUntilMs ?? 0) - nowMs;
  return openMs > 0 && openMs <= longestOpenMs;
}

/**
 * After a pass. `asked`: by `place.file`, whether the engine answered. One that nobody asked although its breaker was
 * not open is in use no more.
 */
export function noteEngines(
  breakers: Breakers,
  asked: ReadonlyMap<string, boolean>,
  nowMs: number,
): Breakers {
  const left = Object.entries(breakers).filter(
    ([engine]) => !asked.has(engine) && isBreakerOpen(breakers, engine, nowMs),
  );
  const failed = [...asked].flatMap(([engine, answered]) => {
    if (answered) return [];
    const failures = (breakers[engine]?.failures ?? 0) + 1;
    return [
      [engine, { failures, openUntilMs: failures < TOLERATED ? 0 : nowMs + openMs(failures) }] as const,
    ];
  });
  return Object.fromEntries([...left, ...failed]);
}

function openMs(failures: number): number {
  return Math.min(longestOpenMs, FIRST_OPEN_MS * 2 ** Math.min(failures - TOLERATED, 30));
}
