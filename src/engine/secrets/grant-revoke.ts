import { launchId } from '../../graph/launch-id.ts';
import type { Address } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Grant } from '../../model/grant.ts';
import type { GrantsRevoked } from '../../report/grants.ts';
import { listGenerations } from '../../state/generations.ts';
import { writeGrants } from '../../state/grants-file.ts';
import { declaredSecrets } from './declared-secrets.ts';
import type { GrantBooks } from './grant-books.ts';
import { type LaunchUser, revokeFromLaunch } from './grant-launches.ts';

export interface RevokeRequest {
  /** Null: of every address. */
  readonly address: Address | null;
  /** The manifest's name or a locator. Absent: every secret. */
  readonly secret: string | undefined;
}

/**
 * Takes grants out of the books, and out of what lies beside the launches: the next start is refused. The books are
 * locked. Throws PLAN_ADDRESS_UNKNOWN for an address that nobody has heard of, and USAGE
 * for such a secret.
 */
export async function revokeGrants(
  books: GrantBooks,
  { address, secret }: RevokeRequest,
  known: readonly Grant[],
  ctx: Context,
): Promise<GrantsRevoked> {
  if (address !== null) assertKnown(address, books, known);
  if (secret !== undefined) assertKnownSecret(secret, books, known);
  const names = books.declared === null ? [] : declaredSecrets(books.declared.manifest);
  const locators = new Set([
    secret,
    ...names.filter(({ name }) => name === secret).map((each) => each.locator),
  ]);
  const isMeant = (locator: string): boolean => secret === undefined || locators.has(locator);
  const isRevoked = (grant: Grant): boolean =>
    (address === null || grant.address === address) && isMeant(grant.locator);
  const revoked = known.filter(isRevoked);
  const kept = known.filter((grant) => !isRevoked(grant));
  // Were we killed in between, starts are refused that the books would allow, and not the other way round.
  const launches: string[] = [];
  for (const { id, users } of await launchesOf(books, address, ctx)) {
    if (await revokeFromLaunch({ id, users, isMeant, kept }, ctx)) launches.push(id);
  }
  await writeGrants(books.folder, kept, ctx);
  return {
    formatVersion: '1.0',
    stack: books.stack,
    revoked: revoked.map((grant) => ({ address: grant.address, locator: grant.locator })),
    launches,
    remaining: remainingAfter(books, revoked),
  };
}

function assertKnown(address: Address, { inventory, declared }: GrantBooks, known: readonly Grant[]): void {
  const isKnown =
    known.some((grant) => grant.address === address) ||
    inventory?.entries[address] !== undefined ||
    declared?.resources.some(({ desired }) => desired.address === address) === true;
  if (isKnown) return;
  throw new McpformError(
    'PLAN_ADDRESS_UNKNOWN',
    `"${address}" is neither declared, managed nor granted anything`,
    {
      hint: '`mcpform grant list` lists what is granted',
    },
  );
}

function assertKnownSecret(
  secret: string,
  { inventory, declared }: GrantBooks,
  known: readonly Grant[],
): void {
  const isKnown =
    known.some(({ locator }) => locator === secret) ||
    Object.values(inventory?.entries ?? {}).some(({ secrets }) => secrets.includes(secret)) ||
    (declared !== null &&
      declaredSecrets(declared.manifest).some(({ name, locator }) => name === secret || locator === secret));
  if (isKnown) return;
  throw new McpformError('USAGE', `nobody knows a secret "${secret}"`, {
    hint:
      declared === null
        ? 'without a manifest it has no name: give its locator, as `mcpform grant list` prints it'
        : '`mcpform grant list` lists what is granted',
  });
}

interface Launch {
  readonly id: string;
  /** Who starts it now; nobody, when it is of an earlier generation. */
  readonly users: readonly LaunchUser[];
}

/** Everything that could be started for the address: what it is now, was last, and what a rollback would bring back. */
async function launchesOf(
  { inventory, declared, folder }: GrantBooks,
  address: Address | null,
  ctx: Context,
): Promise<readonly Launch[]> {
  const applied = Object.values(inventory?.entries ?? {}).flatMap(({ launch, ...user }) =>
    launch === undefined ? [] : [{ id: launch, user }],
  );
  const wanted = (declared?.resources ?? []).flatMap(({ desired }) =>
    desired.launch === undefined ? [] : [{ id: launchId(desired.launch), user: desired }],
  );
  const current = [...applied, ...wanted];
  const { generations } = await listGenerations(folder, ctx);
  const earlier = generations.flatMap(({ launches = [] }) => launches);
  const server = address === null ? null : nameIn(address);
  return [...new Set([...current.map(({ id }) => id), ...earlier])]
    .map((id) => ({ id, users: current.filter((each) => each.id === id).map(({ user }) => user) }))
    .filter(({ id, users }) => {
      if (address === null || users.some((user) => user.address === address)) return true;
      // Of a server's earlier launches, only the name is known.
      return users.length === 0 && id.replace(/-[0-9a-f]+$/, '') === server;
    });
}

function nameIn(address: Address): string {
  return address.slice(address.lastIndexOf('/') + 1);
}

/** What the books say of who has it, whatever is granted. */
function remainingAfter({ inventory }: GrantBooks, revoked: readonly Grant[]): GrantsRevoked['remaining'] {
  const each = new Map(
    revoked.map(({ address, locator }) => [`${address}\n${locator}`, { address, locator }]),
  );
  return [...each.values()].flatMap(({ address, locator }): GrantsRevoked['remaining'] => {
    const entry = inventory?.entries[address];
    if (entry === undefined || !entry.secrets.includes(locator)) return [];
    // Only what mcpform hands on is ever looked at.
    if (entry.fingerprints?.[locator] === undefined) return [{ address, locator, how: 'expanded' }];
    const isWritten = entry.launch === undefined || Object.keys(entry.filled ?? {}).length > 0;
    return isWritten ? [{ address, locator, how: 'written' }] : [];
  });
}
