import type { Condition, ConditionType, LoopState } from '../model.ts';
import { isSuspended } from '../state/suspend.ts';
import type { PassFacts } from './pass-facts.ts';
import { readyOf, type Seen } from './ready.ts';
import { isAiling } from './restarts.ts';
import { named, type Verdict, verdict, wordsOf } from './verdict.ts';

export interface Judged extends Seen {
  readonly facts: PassFacts;
  /** After the pass, with the conditions from before it. */
  readonly state: LoopState;
}

/** What a pass says of every condition; null where it learned nothing new. The table is in docs/reconcile.md. */
export function verdictsOf(judged: Judged): Readonly<Record<ConditionType, Verdict | null>> {
  const ready = readyOf(judged);
  const stalled = stalledOf(judged, ready);
  return {
    Ready: ready,
    Reconciling: reconcilingOf(judged, { ready, stalled }),
    Stalled: stalled,
    Healthy: healthyOf(judged),
    Contended: contendedOf(judged.state),
    SourceVerified: verifiedOf(judged.facts),
  };
}

const NEEDS_SOMEBODY: ReadonlySet<Verdict['reason']> = new Set([
  'BooksUnusable',
  'PolicyDenied',
  'ApprovalNeeded',
]);

/** Whether only a new revision or a person can help. */
function stalledOf({ failure, tally }: Judged, ready: Verdict | null): Verdict | null {
  if (ready === null) return null;
  const isStuck =
    failure?.isTerminal === true || (ready.status === 'False' && NEEDS_SOMEBODY.has(ready.reason));
  if (isStuck) return { ...ready, status: 'True' };
  if (tally === null) return null;
  return verdict('False', 'Progressing', 'nothing waits for a person');
}

/** Whether there is something left that the loop will do by itself. */
function reconcilingOf(
  { state, failure, facts }: Judged,
  { ready, stalled }: { readonly ready: Verdict | null; readonly stalled: Verdict | null },
): Verdict | null {
  if (stalled?.status === 'True') return { ...stalled, status: 'False' };
  const wasStalled = state.conditions.some(({ type, status }) => type === 'Stalled' && status === 'True');
  if (stalled === null && wasStalled) return null;
  if (failure?.reason === 'SourceTooNew') return verdict('True', 'SourceTooNew', wordsOf(failure));
  if (isSuspended(state, '*', facts.nowMs)) return verdict('False', 'Suspended', 'all of it is suspended');
  if (state.failures > 0) return verdict('True', 'Progressing', 'what failed is tried again');
  if (ready === null) return null;
  if (ready.status === 'Unknown' || ready.reason === 'EngineUnavailable') {
    return verdict('True', 'Progressing', ready.message, ready.addresses);
  }
  if (ready.reason === 'Window') return { ...ready, status: 'True' };
  if (ready.status === 'False') return ready;
  return verdict('False', 'InSync', 'there is nothing left to do');
}

function healthyOf({ state, tally, engines, settings }: Judged): Verdict | null {
  if (tally === null) return null;
  const ailing = Object.keys(state.restarts).filter((address) => {
    const known = state.restarts[address];
    return known !== undefined && isAiling(known, settings.restart);
  });
  if (ailing.length > 0) {
    const isGivenUp = ailing.every(
      (address) => (state.restarts[address]?.attempts ?? 0) >= settings.restart.maxAttempts,
    );
    const then = isGivenUp ? '; restarted often enough, and left as it is' : '';
    return verdict('False', 'Unhealthy', `unhealthy: ${named(ailing)}${then}`, ailing);
  }
  const unseen = (tally.conflicts.get('unavailable') ?? []).filter(({ place }) => engines.has(place.file));
  if (unseen.length === 0) return verdict('True', 'AllHealthy', 'nothing is known to be unhealthy');
  const addresses = unseen.map(({ address }) => address);
  return verdict(
    'Unknown',
    'EngineUnavailable',
    `the container engine does not answer for ${named(addresses)}`,
    addresses,
  );
}

function contendedOf({ contended }: LoopState): Verdict {
  const addresses = Object.keys(contended).sort();
  if (addresses.length === 0)
    return verdict('False', 'NobodyFights', 'nobody keeps changing back what we write');
  const suspects = [...new Set(Object.values(contended).flatMap((each) => each.suspects))];
  const who = suspects.length === 0 ? '' : `; it may be ${named(suspects)}`;
  return verdict('True', 'Fighting', `somebody else keeps changing ${named(addresses)}${who}`, addresses);
}

const DISTRUST: ReadonlySet<Condition['reason']> = new Set([
  'SignatureMissing',
  'SignatureUntrusted',
  'HistoryRewritten',
]);

function verifiedOf({ failure, signature }: PassFacts): Verdict | null {
  if (failure !== null && DISTRUST.has(failure.reason)) {
    return verdict('False', failure.reason, wordsOf(failure));
  }
  if (signature === null) return null;
  if (signature === 'unverified') return verdict('False', 'NotVerified', 'nobody asked for signatures');
  if (signature === 'nothing-to-verify') {
    return verdict('Unknown', 'NothingToVerify', 'the source is a folder of this machine');
  }
  return verdict('True', 'Verified', `signed by ${signature.signer}`);
}
