import { launchFiles } from '../../launch/places.ts';
import { storeFailure } from '../../launch/store-failure.ts';
import { writeLaunchFile } from '../../launch/write-launch-file.ts';
import type { Context } from '../../model/context.ts';
import type { Grant } from '../../model/grant.ts';
import type { LaunchGrants } from '../../model/launch.ts';
import { readIfThere } from '../../state/durable-file.ts';
import { grantKey } from './grants.ts';

/** An address that starts a launch. */
export type LaunchUser = Pick<Grant, 'address' | 'launchDigest'>;

export interface RevokeFromLaunch {
  readonly id: string;
  readonly users: readonly LaunchUser[];
  /** By locator, what is revoked. */
  readonly isMeant: (locator: string) => boolean;
  /** The grants that are left. */
  readonly kept: readonly Grant[];
}

/**
 * Takes what is revoked out of the grants beside a launch, unless another address that starts it still has it. How its
 * secrets are asked for stays as it was approved. Says whether anything was taken. Throws LAUNCH_STORE.
 */
export async function revokeFromLaunch(
  { id, users, isMeant, kept }: RevokeFromLaunch,
  ctx: Context,
): Promise<boolean> {
  const path = launchFiles(ctx.folders.data, id).grants;
  const keys = new Set(kept.map(grantKey));
  const isLeft = (locator: string): boolean =>
    !isMeant(locator) || users.some((user) => keys.has(grantKey({ ...user, locator })));
  try {
    const bytes = await readIfThere(path, ctx);
    if (bytes === null) return false;
    const { locators, settings } = parse(bytes.toString('utf8'));
    const left = locators.filter(isLeft);
    if (left.length === locators.length) return false;
    const grants: LaunchGrants = { formatVersion: 1, locators: left, settings };
    await writeLaunchFile(path, `${JSON.stringify(grants, null, 2)}\n`, ctx);
    return true;
  } catch (error) {
    throw storeFailure(`write the grants of launch "${id}"`, error);
  }
}

/** What cannot be understood grants nothing, to whoever starts it either. */
function parse(text: string): Pick<LaunchGrants, 'locators' | 'settings'> {
  try {
    const value = JSON.parse(text) as Partial<LaunchGrants> | null;
    if (Array.isArray(value?.locators)) return { locators: value.locators, settings: value.settings ?? {} };
  } catch {
    // Below.
  }
  return { locators: [], settings: {} };
}
