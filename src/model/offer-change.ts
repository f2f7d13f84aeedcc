/** One difference in what a server tells its clients. `name` is the server's own word; none for instructions. */
export interface OfferChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly kind: 'tool' | 'prompt' | 'instructions';
  readonly name?: string;
}

const SIGNS: Readonly<Record<OfferChange['change'], string>> = { added: '+', removed: '-', changed: '~' };

/** `+ tool create_gist`, `~ instructions`. The name is as the server wrote it: escape it. */
export function offerChangeText({ change, kind, name }: OfferChange): string {
  return `${SIGNS[change]} ${kind}${name === undefined ? '' : ` ${name}`}`;
}
