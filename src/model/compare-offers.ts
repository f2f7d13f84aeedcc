import type { OfferPin } from './lock.ts';
import type { OfferChange } from './offer-change.ts';

/** What is another than before: tools, prompts, instructions, each by name. Empty when all is the same. */
export function compareOffers(before: OfferPin, after: OfferPin): readonly OfferChange[] {
  return [
    ...compareMaps('tool', before.tools, after.tools),
    ...compareMaps('prompt', before.prompts, after.prompts),
    ...changeOf('instructions', before.instructions, after.instructions),
  ];
}

type Digests = Readonly<Record<string, string>>;

function compareMaps(kind: 'tool' | 'prompt', before: Digests, after: Digests): readonly OfferChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    changeOf(kind, own(before, name), own(after, name)).map((change) => ({ ...change, name })),
  );
}

function changeOf(
  kind: OfferChange['kind'],
  before: string | undefined,
  after: string | undefined,
): readonly OfferChange[] {
  if (before === after) return [];
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return [{ change, kind }];
}

function own(digests: Digests, name: string): string | undefined {
  return Object.hasOwn(digests, name) ? digests[name] : undefined;
}
