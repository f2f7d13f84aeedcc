import { describe, expect, it } from 'vitest';
import { isOfferName } from '../../src/lock/offer-name.ts';
import { printLock } from '../../src/lock/print-lock.ts';
import { compareOffers } from '../../src/model/compare-offers.ts';
import type { OfferPin } from '../../src/model/lock.ts';
import { offerChangeText } from '../../src/model/offer-change.ts';
import { lockOf, parse, sha256 } from './locks.ts';

const offer = (more: Partial<OfferPin> = {}): OfferPin => ({
  tools: { a: sha256(1), b: sha256(2) },
  prompts: { p: sha256(3) },
  ...more,
});
const changes = (before: OfferPin, after: OfferPin): readonly string[] =>
  compareOffers(before, after).map(offerChangeText);

describe('compareOffers', () => {
  it('finds nothing where all is the same, whatever the order', () => {
    expect(changes(offer(), offer({ tools: { b: sha256(2), a: sha256(1) } }))).toEqual([]);
  });

  it('names each tool, prompt and text that is new, gone or another', () => {
    const after = { instructions: sha256(9), tools: { b: sha256(7), c: sha256(8) }, prompts: {} };
    expect(changes(offer(), after)).toEqual([
      '- tool a',
      '~ tool b',
      '+ tool c',
      '- prompt p',
      '+ instructions',
    ]);
    expect(changes(after, offer())).toEqual([
      '+ tool a',
      '~ tool b',
      '- tool c',
      '+ prompt p',
      '- instructions',
    ]);
    expect(changes(after, { ...after, instructions: sha256(1) })).toEqual(['~ instructions']);
  });

  it('takes no tool for what every object has', () => {
    expect(changes(offer({ tools: {} }), offer({ tools: { toString: sha256(1) } }))).toEqual([
      '+ tool toString',
    ]);
  });
});

describe('the name of a tool', () => {
  it.each(['create_issue', 'a b', 'a: "b"', '#', 'é', '12', 'true', 'seal', '~', 'x'.repeat(256)])(
    'may be %s, and comes back from the lock',
    (name) => {
      expect(isOfferName(name)).toBe(true);
      const lock = lockOf({}, { offers: { x: offer({ tools: { [name]: sha256(1) } }) } });
      expect(parse(printLock(lock))).toEqual({ lock, findings: [] });
    },
  );

  it.each(['', 'x'.repeat(257), 'a\u001bb', 'a\nb', 'a\u202eb', '__proto__', 'constructor', '<<'])(
    'cannot be %j, which no lock could hold',
    (name) => {
      expect(isOfferName(name)).toBe(false);
      const tools = Object.fromEntries([[name, sha256(1)]]);
      expect(parse(printLock(lockOf({}, { offers: { x: offer({ tools }) } }))).lock).toBe(null);
    },
  );
});
