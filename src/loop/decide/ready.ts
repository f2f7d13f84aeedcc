import type { Address } from '../../model/address.ts';
import type { Step } from '../../model/plan.ts';
import type { LoopState, PassFailure } from '../model.ts';
import { intentOf } from './intent.ts';
import { modeOf } from './mode-of.ts';
import type { DecideSettings } from './settings.ts';
import type { Tally } from './tally.ts';
import { named, type Verdict, verdict, wordsOf } from './verdict.ts';

export interface Seen {
  readonly failure: PassFailure | null;
  /** Null when nothing was planned. */
  readonly tally: Tally | null;
  /** `place.file` of container engines, as far as they are known. */
  readonly engines: ReadonlySet<string>;
  /** After the pass. */
  readonly state: Pick<LoopState, 'damaged' | 'failures'>;
  readonly settings: DecideSettings;
}

/**
 * Whether the machine is what the revision says. True only when it is, or was just made so, and nothing was left
 * alone but what the settings say the loop never touches: what it only observes, and with pruning off what is no
 * longer declared. Unknown while that cannot be told, or is on its way. The first that applies is said; null: nothing
 * new was learned.
 */
export function readyOf(seen: Seen): Verdict | null {
  return (
    unusable(seen) ?? (seen.tally === null ? null : wrong(seen.tally, seen)) ?? waiting(seen) ?? well(seen)
  );
}

function unusable({ failure, state }: Seen): Verdict | null {
  if (failure?.isTerminal === true) return verdict('False', failure.reason, wordsOf(failure));
  if (state.damaged !== undefined) {
    const why = `what the loop remembered was damaged, and is kept in "${state.damaged}"`;
    return verdict('False', 'BooksUnusable', `${why}; nothing is enforced until somebody acknowledges it`);
  }
  if (failure === null || isPatient(failure, state)) return null;
  return verdict('False', failure.reason, wordsOf(failure));
}

/** So many passes in a row may find the books with somebody else: a plan that is looked at, an apply that pulls images. */
const MOST_LOCKED = 5;

/** Failures that say nothing bad of the machine: its last revision stays in force. */
function isPatient({ reason, error }: PassFailure, { failures }: Pick<LoopState, 'failures'>): boolean {
  const isLocked = error.code === 'STATE_LOCKED' && failures < MOST_LOCKED;
  return isLocked || reason === 'SourceUnavailable' || reason === 'SourceTooNew';
}

/** In conflict until somebody says whose it is, or that it may go. */
const UNDECIDED = ['exists', 'modified', 'protected'] as const;

function wrong(all: Tally, { engines, settings }: Seen): Verdict | null {
  const { done, failed, firstError, untried } = all;
  if (failed.length > 0) {
    const why = firstError === null ? '' : `: ${firstError}`;
    return verdict(
      'False',
      done.length > 0 ? 'PartiallyApplied' : 'ApplyFailed',
      `${failed.length} of ${done.length + failed.length} steps failed: ${named(failed)}${why}`,
      failed,
    );
  }
  const unread = all.conflicts.get('unavailable') ?? [];
  const silent = unread.filter(({ place }) => engines.has(place.file));
  const undecided = UNDECIDED.flatMap((because) => all.conflicts.get(because) ?? []);
  const observed = (all.held.get('observed') ?? []).filter(
    ({ address }) => modeOf(address, settings) === 'warn',
  );
  return (
    about(silent, 'EngineUnavailable', 'the container engine does not answer for') ??
    about(all.conflicts.get('denied'), 'PolicyDenied', 'the policy of this machine forbids') ??
    about(all.held.get('data'), 'ApprovalNeeded', 'data would be lost, so somebody must decide about') ??
    about(undecided, 'ApprovalNeeded', 'somebody must decide about') ??
    about(
      [...unread, ...(all.conflicts.get('blocked') ?? [])],
      'PartiallyApplied',
      'nothing can be done to',
    ) ??
    about(all.held.get('contended'), 'Fighting', 'left alone, because somebody else keeps changing it:') ??
    about(all.held.get('suspended'), 'Suspended', 'left alone, because it is suspended:') ??
    about(all.held.get('window'), 'Window', 'this is not the time to change') ??
    differing('False', observed) ??
    (untried.length === 0
      ? null
      : verdict('False', 'ChangesPending', `not done yet: ${named(untried)}`, untried))
  );
}

function waiting({ failure, tally }: Seen): Verdict | null {
  if (failure !== null) return verdict('Unknown', failure.reason, wordsOf(failure));
  const unconfirmed = addressesOf(tally?.held.get('unconfirmed'));
  if (unconfirmed.length === 0) return null;
  return verdict('Unknown', 'Progressing', `to be deleted soon: ${named(unconfirmed)}`, unconfirmed);
}

function well({ tally }: Seen): Verdict | null {
  if (tally === null) return null;
  const differs = differing('True', tally.held.get('observed') ?? []);
  if (differs !== null) return differs;
  const kept = tally.held.get('unpruned') ?? [];
  const beside = kept.length === 0 ? '' : `; ${kept.length} no longer declared stay, because pruning is off`;
  if (tally.done.length === 0) return verdict('True', 'InSync', `all is as declared${beside}`);
  return verdict('True', 'Applied', `done: ${named(tally.done)}${beside}`, tally.done);
}

/** What is not as declared where the loop only looks: drift, or what the manifest brought. */
function differing(status: Verdict['status'], steps: readonly Step[]): Verdict | null {
  if (steps.length === 0) return null;
  const drifted = steps.filter((step) =>
    ['drifted', 'missing', 'changed-and-drifted'].includes(intentOf(step).because),
  );
  if (drifted.length === 0) {
    const addresses = addressesOf(steps);
    return verdict(
      status,
      'ChangesPending',
      `declared otherwise, and only looked at: ${named(addresses)}`,
      addresses,
    );
  }
  const addresses = addressesOf(drifted);
  return verdict(
    status,
    'DriftObserved',
    `changed by somebody else, and only looked at: ${named(addresses)}`,
    addresses,
  );
}

function about(steps: readonly Step[] | undefined, reason: Verdict['reason'], words: string): Verdict | null {
  const addresses = addressesOf(steps);
  return addresses.length === 0 ? null : verdict('False', reason, `${words} ${named(addresses)}`, addresses);
}

function addressesOf(steps: readonly Step[] | undefined): readonly Address[] {
  return (steps ?? []).map(({ address }) => address);
}
