import type { Reason, Transition } from '../../model.ts';
import { isProblem } from '../is-problem.ts';

/** How long the same problem, come back after it was gone, is not told again. */
const QUIET_MS = 10 * 60_000;

/** What one sink was told, and has still to be told: of each condition the last state alone, so it cannot grow. */
export interface Outbox {
  offer(transition: Transition): void;
  /** What comes next, and when, on the clock that `nowMs` is of; null when there is nothing to tell. */
  next(): Due | null;
  /** The sink has it, or will never take it. */
  settle(transition: Transition, nowMs: number): void;
}

export interface Due {
  readonly transition: Transition;
  readonly dueMs: number;
}

interface Told {
  readonly isProblem: boolean;
  /** When each reason was told last. */
  readonly reasons: Map<Reason, number>;
  readonly reason: Reason;
}

/**
 * Problems are told once per stack and reason, by the first condition that has it, and once that they are gone; that all is well, without a
 * problem that was told, is not. What comes and goes faster than it can be told is not told.
 */
export function openOutbox(): Outbox {
  const told = new Map<string, Told>();
  const latest = new Map<string, Transition>();
  const dueOf = (transition: Transition): number => {
    const known = told.get(keyOf(transition));
    const lastMs = isProblem(transition.after) ? known?.reasons.get(transition.after.reason) : undefined;
    return lastMs === undefined ? Number.NEGATIVE_INFINITY : lastMs + QUIET_MS;
  };
  return {
    offer: (transition) => {
      if (transition.after.type === 'Reconciling') return;
      const key = keyOf(transition);
      const { before } = transition;
      // What was a problem before we began was told by whoever was there then.
      if (!latest.has(key) && !told.has(key) && before !== null && isProblem(before)) {
        told.set(key, { isProblem: true, reasons: new Map(), reason: before.reason });
      }
      latest.delete(key);
      latest.set(key, transition);
    },
    next: () =>
      [...latest]
        // Looked at now, not when it came: then something else may have been on its way.
        .filter(([key, transition]) => isNews(transition, told.get(key)) && !isSaid(transition, told))
        .map(([, transition]) => ({ transition, dueMs: dueOf(transition) }))
        // In the order in which they came, but what has to wait holds nothing else up.
        .reduce<Due | null>((first, due) => (first === null || due.dueMs < first.dueMs ? due : first), null),
    settle: (transition, nowMs) => {
      const key = keyOf(transition);
      const { reason } = transition.after;
      const reasons = told.get(key)?.reasons ?? new Map<Reason, number>();
      if (isProblem(transition.after)) reasons.set(reason, nowMs);
      told.set(key, { isProblem: isProblem(transition.after), reasons, reason });
    },
  };
}

/** One commit that cannot be used makes three conditions say so. */
function isSaid({ stack, after }: Transition, told: ReadonlyMap<string, Told>): boolean {
  if (!isProblem(after)) return false;
  return [...told].some(([key, each]) => {
    const [of, type] = JSON.parse(key) as readonly [string, string];
    return of === stack && type !== after.type && each.isProblem && each.reason === after.reason;
  });
}

function keyOf({ stack, after }: Transition): string {
  return JSON.stringify([stack, after.type]);
}

function isNews({ after }: Transition, told: Told | undefined): boolean {
  if (!isProblem(after)) return told?.isProblem === true && after.status !== 'Unknown';
  return told?.isProblem !== true || told.reason !== after.reason;
}
