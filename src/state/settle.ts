import { isAs } from '../apply/sides.ts';
import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Begin, End } from '../model/journal.ts';
import { digestWhole } from '../model/leaves.ts';
import type { Observation } from '../model/provider.ts';
import type { Observed, Place } from '../model/resource.ts';

export interface Settled {
  /** What to record with `Run.recover`. */
  readonly ends: readonly End[];
  /** One per step that was settled, in the order they began. */
  readonly settled: readonly {
    readonly address: Address;
    readonly settled: 'done' | 'not-done' | 'conflict';
  }[];
  /** One per conflict: what was found is neither what was there nor what was wanted. */
  readonly conflicts: readonly Finding[];
  /** Their place could not be read, so nothing is known; they stay in the journal. */
  readonly unknown: readonly Begin[];
}

type Seen = Pick<Observation, 'objects'> & Partial<Pick<Observation, 'unavailable'>>;
type Verdict = 'done' | 'not-done' | 'conflict';

/**
 * Settles, by looking, every step that began and did not end. What equals `after` is done and enters the books;
 * what equals `before` is not done; anything else is left alone and ends as failed, so that the next plan
 * compares it like anything else. Pure.
 */
export function settle(pending: readonly Begin[], seen: Seen, digest: (text: string) => string): Settled {
  const ends: End[] = [];
  const settled: Settled['settled'][number][] = [];
  const conflicts: Finding[] = [];
  const unknown: Begin[] = [];
  for (const begin of pending) {
    if (placesOf(begin).some((place) => seen.unavailable?.has(place.file))) {
      unknown.push(begin);
      continue;
    }
    const verdict = judge(begin, seen.objects, digest);
    settled.push({ address: begin.address, settled: verdict });
    ends.push(endOf(begin, verdict, seen.objects.get(begin.place.key), digest));
    if (verdict === 'conflict') conflicts.push(conflictOf(begin));
  }
  return { ends, settled, conflicts, unknown };
}

function placesOf(begin: Begin): readonly Place[] {
  return begin.previousPlace === undefined ? [begin.place] : [begin.place, begin.previousPlace];
}

function judge(begin: Begin, objects: Observation['objects'], digest: (text: string) => string): Verdict {
  const here = objects.get(begin.place.key) ?? null;
  if (begin.previousPlace === undefined || begin.previousPlace.key === begin.place.key) {
    if (isAs(begin.after, begin.before, here, digest)) return 'done';
    return isAs(begin.before, begin.after, here, digest) ? 'not-done' : 'conflict';
  }
  const there = objects.get(begin.previousPlace.key) ?? null;
  if (there === null && isAs(begin.after, begin.before, here, digest)) return 'done';
  return here === null && isAs(begin.before, begin.after, there, digest) ? 'not-done' : 'conflict';
}

function endOf(
  begin: Begin,
  verdict: Verdict,
  here: Observed | undefined,
  digest: (text: string) => string,
): End {
  const { operation, address, previousAddress, record } = begin;
  if (verdict !== 'done') return { operation, address, result: 'failed' };
  const entry =
    record === null || here === undefined
      ? null
      : {
          ...record,
          whole: digestWhole(here.attributes, digest),
          ...(here.id === undefined ? {} : { objectId: here.id }),
        };
  return {
    operation,
    address,
    result: 'done',
    entry,
    ...(previousAddress === undefined ? {} : { previousAddress }),
  };
}

function conflictOf(begin: Begin): Finding {
  return {
    code: 'STATE_UNSETTLED',
    severity: 'warning',
    address: begin.address,
    message: `the interrupted ${begin.action} of "${begin.address}" left something else than expected in "${begin.place.file}"`,
    hint: 'it was left as it is; look at what the next plan says about it',
  };
}
