import { compareOffers } from '../../model/compare-offers.ts';
import type { Lock, OfferPin } from '../../model/lock.ts';
import type { ServerOffer } from '../../report/tools.ts';
import type { Asked } from './ask-offers.ts';

/** What servers said, beside what the lock says of them. In the order of `asked`. */
export function compareAsked(
  asked: ReadonlyMap<string, Asked>,
  { offers }: Pick<Lock, 'offers'>,
): readonly ServerOffer[] {
  return [...asked].map(([server, said]): ServerOffer => {
    if (said.kind === 'not-applied') return { server, state: 'not-asked', changes: [] };
    if (said.kind === 'failed') return { server, state: 'failed', changes: [], error: said.error };
    const told = namesOf(said.offer);
    const known = Object.hasOwn(offers, server) ? offers[server] : undefined;
    if (known === undefined) return { server, state: 'new', changes: [], ...told };
    const changes = compareOffers(known, said.offer);
    return { server, state: changes.length === 0 ? 'same' : 'changed', changes, ...told };
  });
}

function namesOf({ tools, prompts }: OfferPin): Pick<ServerOffer, 'tools' | 'prompts'> {
  return { tools: Object.keys(tools).sort(), prompts: Object.keys(prompts).sort() };
}
