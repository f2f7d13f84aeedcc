import type { Address } from '../../model/address.ts';
import type { Grant } from '../../model/grant.ts';
import type { Plan } from '../../model/plan.ts';
import type { Desired } from '../../model/resource.ts';

/** What a grant is for. */
export type Granted = Pick<Grant, 'locator' | 'address' | 'launchDigest'>;

export function grantKey({ locator, address, launchDigest }: Granted): string {
  return `${address}\n${launchDigest}\n${locator}`;
}

export function grantsOf(desired: Pick<Desired, 'address' | 'launchDigest' | 'secrets'>): readonly Granted[] {
  const { address, launchDigest, secrets } = desired;
  return [...new Set(secrets.map(({ locator }) => locator))].map((locator) => ({
    locator,
    address,
    launchDigest,
  }));
}

export interface Approved {
  readonly plan: Plan;
  readonly desired: readonly Desired[];
  /** ISO 8601, UTC. */
  readonly now: string;
}

/**
 * The grants after a plan was approved: everything that its steps showed is granted, and what was granted to an
 * address as it was launched before is so no more.
 */
export function grantsAfter(known: readonly Grant[], { plan, desired, now }: Approved): readonly Grant[] {
  const byAddress = new Map(desired.map((each) => [each.address, each]));
  const kept = known.filter((grant) => isCurrent(grant, byAddress.get(grant.address)));
  const keys = new Set(kept.map(grantKey));
  const added = plan.steps
    .filter(({ action }) => action !== 'conflict')
    .flatMap((step) => (step.secrets.length === 0 ? [] : grantsIn(step.address, step.secrets, byAddress)))
    .filter((grant) => !keys.has(grantKey(grant)))
    .map((grant): Grant => ({ ...grant, grantedAt: now, by: 'apply' }));
  return [...kept, ...added];
}

function grantsIn(
  address: Address,
  secrets: Plan['steps'][number]['secrets'],
  byAddress: ReadonlyMap<Address, Desired>,
): readonly Granted[] {
  const desired = byAddress.get(address);
  if (desired === undefined) return [];
  const shown = new Set(secrets.map(({ locator }) => locator));
  return grantsOf(desired).filter(({ locator }) => shown.has(locator));
}

/** Without those of addresses that are neither in the books nor, unless all of it is to go, in the manifest. */
export function grantsLeft(
  grants: readonly Grant[],
  { entries, desired }: { readonly entries: ReadonlySet<Address>; readonly desired: readonly Desired[] },
): readonly Grant[] {
  const kept = new Set([...entries, ...desired.map(({ address }) => address)]);
  return grants.filter(({ address }) => kept.has(address));
}

/** What is not in the manifest at hand keeps its grants until it leaves the books. */
function isCurrent({ launchDigest, locator }: Grant, desired: Desired | undefined): boolean {
  if (desired === undefined) return true;
  return desired.launchDigest === launchDigest && desired.secrets.some((use) => use.locator === locator);
}
