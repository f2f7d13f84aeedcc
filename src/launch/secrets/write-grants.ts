import { locatorOf } from '../../graph/bind-template.ts';
import { launchId } from '../../graph/launch-id.ts';
import type { Context } from '../../model/context.ts';
import type { AnyLaunchRecord, LaunchGrants } from '../../model/launch.ts';
import { launchFiles } from '../places.ts';
import { storeFailure } from '../store-failure.ts';
import { writeLaunchFile } from '../write-launch-file.ts';
import { secretSettings } from './settings.ts';

/**
 * Notes beside a launch which of its secrets it may have, and how they are asked for. What is not among `granted` is
 * refused by every start from now on. Throws LAUNCH_STORE.
 */
export async function writeLaunchGrants(
  record: AnyLaunchRecord,
  granted: ReadonlySet<string>,
  ctx: Pick<Context, 'system' | 'folders' | 'env' | 'home' | 'platform'>,
): Promise<void> {
  const sources = Object.values(record.secrets ?? {});
  const grants: LaunchGrants = {
    formatVersion: 1,
    locators: [...new Set(sources.map(locatorOf))].filter((locator) => granted.has(locator)).sort(),
    settings: await secretSettings(record, ctx),
  };
  const path = launchFiles(ctx.folders.data, launchId(record)).grants;
  try {
    await writeLaunchFile(path, `${JSON.stringify(grants, null, 2)}\n`, ctx);
  } catch (error) {
    throw storeFailure(`write the grants of "${record.server}"`, error);
  }
}
