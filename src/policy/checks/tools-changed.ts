import { compareOffers } from '../../model/compare-offers.ts';
import type { Lock, OfferPin } from '../../model/lock.ts';
import { offerChangeText } from '../../model/offer-change.ts';
import { type Check, perServer } from './check.ts';

/** Named; the others are counted. */
const MOST_NAMES = 8;

export const toolsChanged: Check = {
  id: 'tools-changed',
  code: 'CHECK_TOOLS_CHANGED',
  level: 'warn',
  why: 'What a server says of its tools is read by a model as instructions. Says so where a revision records another offer than the one before.',
  hint: 'read what the server says of them now, before you approve',
  find: (world) =>
    perServer(({ server: { name } }) => {
      const before = offerOf(world.before, name);
      const words = before === null ? null : wordsFor(before, offerOf(world.lock, name));
      return words === null ? null : { field: [], words };
    })(world),
};

function offerOf(lock: Lock | null, server: string): OfferPin | null {
  return lock !== null && Object.hasOwn(lock.offers, server) ? (lock.offers[server] as OfferPin) : null;
}

function wordsFor(before: OfferPin, after: OfferPin | null): string | null {
  if (after === null) return 'the lock no longer records what it offers';
  const changes = compareOffers(before, after).map(offerChangeText);
  if (changes.length === 0) return null;
  const more = changes.length - MOST_NAMES;
  const named = changes.slice(0, MOST_NAMES).join(', ');
  return `offers something else than before: ${named}${more > 0 ? `, and ${more} more` : ''}`;
}
