import type { Grant } from '../../model/grant.ts';
import type { GrantsList, ListedGrant } from '../../report/grants.ts';
import { declaredSecrets } from './declared-secrets.ts';
import type { GrantBooks } from './grant-books.ts';

/** What an address asks for, as the manifest or the books have it. */
interface Asking {
  readonly launchDigest: string;
  readonly locators: readonly string[];
}

export function listGrants(books: GrantBooks, grants: readonly Grant[]): GrantsList {
  const { stack, folder, declared } = books;
  const asking = askingOf(books);
  const names = new Map(
    (declared === null ? [] : declaredSecrets(declared.manifest)).map(({ locator, name }) => [locator, name]),
  );
  const listed = grants.map((grant): ListedGrant => {
    const { address, locator, grantedAt, by } = grant;
    const state = stateOf(grant, asking.get(address));
    return { address, locator, grantedAt, by, name: names.get(locator) ?? null, state };
  });
  const key = ({ address, locator }: ListedGrant): string => `${address}\n${locator}`;
  return {
    formatVersion: '1.0',
    stack,
    folder,
    comparedWith: declared === null ? 'books' : 'manifest',
    grants: listed.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}

function askingOf({ declared, inventory }: GrantBooks): ReadonlyMap<string, Asking> {
  if (declared === null) {
    const entries = Object.values(inventory?.entries ?? {});
    return new Map(
      entries.map(({ address, launchDigest, secrets }) => [address, { launchDigest, locators: secrets }]),
    );
  }
  return new Map(
    declared.resources.map(({ desired: { address, launchDigest, secrets } }) => [
      address,
      { launchDigest, locators: secrets.map(({ locator }) => locator) },
    ]),
  );
}

function stateOf({ locator, launchDigest }: Grant, asking: Asking | undefined): ListedGrant['state'] {
  if (asking === undefined || !asking.locators.includes(locator)) return 'not-asked-for';
  return asking.launchDigest === launchDigest ? 'current' : 'older-launch';
}
