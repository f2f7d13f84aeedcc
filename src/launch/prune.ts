import { basename, join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import { isOfAnotherHost } from './about-store.ts';
import { hostOf, storeFolder } from './is-prepared.ts';
import { isPackageFile, parseAnyLaunchFile } from './launch-file.ts';
import { launchesFolder, launchFiles, storeFiles, storesFolder } from './places.ts';
import { MAX_RECORD } from './prepare.ts';
import { LAUNCH_ID } from './record-id.ts';
import { sweepStaging } from './staging.ts';
import { removeStore } from './store.ts';

export interface Pruned {
  /** Ids of the launches whose records were removed. */
  readonly launches: readonly string[];
  /** Keys of the stores that were removed. */
  readonly stores: readonly string[];
}

type World = Pick<Context, 'system' | 'folders' | 'platform'>;

/** What was made in the last hour may belong to an apply that is still under way, of whatever stack. */
const GRACE_MS = 3_600_000;

/**
 * Removes the records of all launches that are not kept, and the stores that no kept one needs, unless they are new.
 * All stacks of a user share them, so `keepIds` names those of every stack. While a kept record cannot be read, no
 * store is removed.
 */
export async function pruneStore(keepIds: ReadonlySet<string>, ctx: World): Promise<Pruned> {
  const { files } = ctx.system;
  const { data } = ctx.folders;
  const needed = neededStores(keepIds, ctx);
  const launches: string[] = [];
  for (const name of await listOrNone(launchesFolder(data), ctx)) {
    const id = /^(.*)\.(?:json|tree|grants)$/.exec(name)?.[1];
    if (id === undefined || !LAUNCH_ID.test(id) || keepIds.has(id)) continue;
    if (await isNew(join(launchesFolder(data), name), ctx)) continue;
    await files.remove(join(launchesFolder(data), name));
    if (name.endsWith('.json')) launches.push(id);
  }
  const stores: string[] = [];
  const names = await listOrNone(storesFolder(data), ctx);
  if (names.length > 0) await sweepStaging(storesFolder(data), ctx);
  for (const key of names) {
    const folder = join(storesFolder(data), key);
    if (!/^[0-9a-f]{64}$/.test(key) || needed === null || needed.has(key)) continue;
    // A home folder may be shared by machines of several kinds, whose keys cannot be told from here.
    if (isOfAnotherHost(storeFiles(folder), hostOf(ctx)) || (await isNew(folder, ctx))) continue;
    await removeStore(folder, ctx);
    stores.push(key);
  }
  return { launches, stores };
}

/** Keys of the stores that kept launches start from; null when that cannot be told. */
function neededStores(keepIds: ReadonlySet<string>, ctx: World): ReadonlySet<string> | null {
  const needed = new Set<string>();
  for (const id of keepIds) {
    if (!LAUNCH_ID.test(id)) continue;
    const file = readOwnFile(launchFiles(ctx.folders.data, id).record, MAX_RECORD);
    // Kept, and never prepared on this machine, or long pruned.
    if (file.kind === 'missing') continue;
    if (file.kind === 'unsafe') return null;
    try {
      const launch = parseAnyLaunchFile(file.bytes.toString('utf8'), id);
      if (isPackageFile(launch)) needed.add(basename(storeFolder(launch.record.pin, ctx)));
    } catch {
      return null;
    }
  }
  return needed;
}

async function isNew(path: string, { system }: World): Promise<boolean> {
  try {
    const { modifiedMs } = await system.files.stat(path);
    return system.clock.now() - modifiedMs < GRACE_MS;
  } catch (error) {
    // Somebody else has removed it.
    if (isErrno(error, 'ENOENT')) return true;
    throw error;
  }
}

async function listOrNone(folder: string, ctx: Pick<Context, 'system'>): Promise<readonly string[]> {
  try {
    return await ctx.system.files.list(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
