import type { Address } from '../../model/address.ts';
import type { Outcome } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import type { LoopState, RevisionNote, Transition } from '../model.ts';
import { expireSuspensions } from '../state/suspend.ts';
import { isBreakerOpen, noteEngines } from './breakers.ts';
import { settleConditions } from './conditions.ts';
import { noteCorrections } from './corrections.ts';
import { enforcesSome } from './mode-of.ts';
import type { PassFacts } from './pass-facts.ts';
import { noteHealth } from './restarts.ts';
import type { DecideSettings } from './settings.ts';
import { type Tally, tally } from './tally.ts';
import { noteUnwanted } from './unwanted.ts';
import { verdictsOf } from './verdicts.ts';

/** What the loop remembers after a pass, and the conditions that are not as they were: at most one transition each. */
export function afterPass(
  before: LoopState,
  facts: PassFacts,
  settings: DecideSettings,
): { readonly state: LoopState; readonly transitions: readonly Transition[] } {
  const { plan, failure, revision } = facts;
  const outcomes = new Map(facts.outcomes.map((outcome) => [outcome.address, outcome]));
  const counted = plan === null ? null : tally(plan, outcomes);
  const counters = plan === null ? {} : countersAfter(before, { plan, outcomes, facts });
  const breakers = breakersAfter(before, facts);
  const isTaken = failure === null && counted !== null && isInForce(counted, settings);
  const failures = isWorthRetry(facts, counted, breakers) ? failuresBefore(before, revision) + 1 : 0;
  const state: LoopState = {
    ...before,
    ...counters,
    passes: before.passes + 1,
    failures: Math.min(failures, MOST_COUNTED),
    breakers,
    suspended: expireSuspensions(before.suspended, facts.nowMs),
    lastAttempted: revision ?? before.lastAttempted,
    lastApplied: isTaken ? (revision ?? before.lastApplied) : before.lastApplied,
  };
  const engines = [...facts.engines.keys(), ...Object.keys(before.breakers), ...Object.keys(breakers)];
  const judged = { failure, tally: counted, engines: new Set(engines), state, settings, facts };
  const { conditions, transitions } = settleConditions(before.conditions, verdictsOf(judged), {
    stack: facts.stack,
    time: new Date(facts.nowMs).toISOString(),
    revision: state.lastAttempted?.label ?? null,
  });
  return { state: { ...state, conditions }, transitions };
}

interface Counted {
  readonly plan: Plan;
  readonly outcomes: ReadonlyMap<Address, Outcome>;
  readonly facts: PassFacts;
}

function countersAfter(
  before: LoopState,
  { plan, outcomes, facts: { nowMs, suspects } }: Counted,
): Pick<LoopState, 'corrections' | 'contended' | 'unwanted' | 'restarts'> {
  const time = new Date(nowMs).toISOString();
  return {
    ...noteCorrections(before, { plan, outcomes, pass: before.passes + 1, time, suspects }),
    unwanted: noteUnwanted(before.unwanted, { plan, outcomes }),
    restarts: noteHealth(before.restarts, { plan, outcomes, nowMs }),
  };
}

/** A pass that came to look at nothing says nothing of engines. */
function breakersAfter({ breakers }: LoopState, { plan, engines, nowMs }: PassFacts): LoopState['breakers'] {
  if (plan === null && engines.size === 0) return breakers;
  const asked = [...engines].map(([engine, problem]) => [engine, problem === null] as const);
  return noteEngines(breakers, new Map(asked), nowMs);
}

const MOST_COUNTED = 1_000;

/**
 * Whether a revision is what this machine is at from now on: something of it was done, or nothing of it is left to
 * do. One that was put off as a whole (by a window, a suspension, a fight) or failed as a whole is not.
 */
function isInForce({ done, failed, untried, held }: Tally, settings: DecideSettings): boolean {
  if (!enforcesSome(settings)) return false;
  if (done.length > 0) return true;
  const isPutOff = ['suspended', 'window', 'contended', 'unconfirmed'].some((because) => held.has(because));
  return failed.length === 0 && untried.length === 0 && !isPutOff;
}

/** A new revision starts from nothing: what failed may be what it mends. */
function failuresBefore(before: LoopState, revision: RevisionNote | null): number {
  const last = before.lastAttempted;
  if (revision === null || last === null) return before.failures;
  const isSame =
    revision.commit === last.commit &&
    revision.manifestDigest === last.manifestDigest &&
    revision.lockDigest === last.lockDigest;
  return isSame ? before.failures : 0;
}

/** What only needs time has its own: a commit that is too new, and an engine whose breaker is open. */
function isWorthRetry(facts: PassFacts, counted: Tally | null, breakers: LoopState['breakers']): boolean {
  const { failure, engines, nowMs } = facts;
  if (failure !== null && !failure.isTerminal && failure.reason !== 'SourceTooNew') return true;
  const isLeftAlone = (file: string): boolean => isBreakerOpen(breakers, file, nowMs);
  if ([...engines].some(([engine, problem]) => problem !== null && !isLeftAlone(engine))) return true;
  if (counted === null) return false;
  const unread = counted.conflicts.get('unavailable') ?? [];
  return counted.failed.length > 0 || unread.some(({ place }) => !isLeftAlone(place.file));
}
