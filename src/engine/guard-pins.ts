import { isDowngrade } from '../lock/is-downgrade.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
import type { PinSummary } from '../model/resource.ts';
import type { Rendered } from './observe.ts';

/**
 * A lock comes with the repository, so it may have been rolled back or tampered with: an older release than was
 * applied here, or the same release with another integrity, comes out blocked.
 */
export function guardPins(
  rendered: readonly Rendered[],
  entries: Inventory['entries'],
  { allowsDowngrade }: { readonly allowsDowngrade: boolean },
): readonly Rendered[] {
  return rendered.map((resource) => {
    const { desired } = resource;
    const before = entries[desired.address]?.pin;
    if (before === undefined || desired.pin === undefined || desired.blocked !== undefined) return resource;
    const finding = judge(before, desired.pin, allowsDowngrade);
    if (finding === null) return resource;
    const blocked: Finding = { ...finding, severity: 'error', address: desired.address, at: desired.at };
    return { ...resource, desired: { ...desired, blocked } };
  });
}

function judge(
  before: PinSummary,
  after: PinSummary,
  allowsDowngrade: boolean,
): Pick<Finding, 'code' | 'message' | 'hint'> | null {
  if (before.name === after.name && before.integrity !== undefined && before.integrity !== after.integrity) {
    return {
      code: 'LOCK_INTEGRITY',
      message: `the lock has "${after.name}" with integrity "${after.integrity ?? ''}", but "${before.integrity}" was applied`,
      hint: 'a published version never changes: find out who changed the lock or the registry before you go on',
    };
  }
  if (allowsDowngrade || before.name === after.name || !isDowngrade(before.name, after.name)) return null;
  return {
    code: 'LOCK_DOWNGRADE',
    message: `the lock has "${after.name}", but the newer "${before.name}" was applied`,
    hint: 'pass --allow-downgrade if that is what you want',
  };
}
