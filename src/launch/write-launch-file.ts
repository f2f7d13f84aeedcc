import { dirname } from 'node:path';
import type { Context } from '../model/context.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import { replaceOwnFile } from '../system/launch/store-disk.ts';
import { launchesFolder } from './places.ts';
import { makePrivateFolder } from './private-folder.ts';

/** Writes a file beside the records of launches, 0600 and as a whole, unless it says that already. */
export async function writeLaunchFile(
  path: string,
  text: string,
  ctx: Pick<Context, 'system' | 'folders'>,
): Promise<void> {
  await makePrivateFolder(launchesFolder(ctx.folders.data), ctx);
  const file = readOwnFile(path, Buffer.byteLength(text));
  if (file.kind === 'there' && file.bytes.toString('utf8') === text) return;
  replaceOwnFile(path, Buffer.from(text));
  await ctx.system.files.syncFolder(dirname(path));
}
