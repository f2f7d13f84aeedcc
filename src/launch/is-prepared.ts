import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { LaunchRecord } from '../model/launch.ts';
import { libcOfNode } from '../system/launch/libc.ts';
import { isCommandFile, isPackageFile, parseAnyLaunchFile } from './launch-file.ts';
import { launchFiles, storeFiles, storesFolder } from './places.ts';
import { LAUNCH_ID } from './record-id.ts';
import { type Host, storeKey } from './store-key.ts';

type World = Pick<Context, 'system' | 'folders' | 'platform'>;

/**
 * Whether `mcpform exec` would find what it starts: the record, which hashes to the id, and a package's store. Cheap:
 * whether the store is as it was is looked at by each start.
 */
export async function isPrepared(id: string, ctx: World): Promise<boolean> {
  if (!LAUNCH_ID.test(id)) return false;
  const { files } = ctx.system;
  try {
    const text = (await files.read(launchFiles(ctx.folders.data, id).record)).toString('utf8');
    const file = parseAnyLaunchFile(text, id);
    if (isCommandFile(file)) await files.stat(file.file);
    // Whether the engine has an image is the engine's to say.
    if (!isPackageFile(file)) return true;
    await files.stat(storeFiles(storeFolder(file.record.pin, ctx)).manifest);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    // Apply writes a bad record again, and says so when it cannot.
    if (error instanceof McpformError && error.code === 'LAUNCH_REFUSED') return false;
    throw error;
  }
}

export function hostOf({ platform }: Pick<Context, 'platform'>): Host {
  return { platform, arch: process.arch, libc: libcOfNode() };
}

/** Where this host has what a pin stands for. */
export function storeFolder(pin: LaunchRecord['pin'], ctx: Pick<Context, 'folders' | 'platform'>): string {
  return join(storesFolder(ctx.folders.data), storeKey(pin, hostOf(ctx)));
}
