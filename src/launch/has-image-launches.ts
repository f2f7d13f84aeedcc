import { join } from 'node:path';
import type { Context } from '../model/context.ts';
import { isErrno } from '../model/error.ts';
import { isJsonObject } from '../model/json.ts';
import { launchesFolder } from './places.ts';

/** Whether any apply of this user has prepared the launch of an image. Reads no more than it must. */
export async function hasImageLaunches({
  system,
  folders,
}: Pick<Context, 'system' | 'folders'>): Promise<boolean> {
  const folder = launchesFolder(folders.data);
  const names = await system.files.list(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  });
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    // One that is removed or cannot be read now says nothing either way.
    const bytes = await system.files.read(join(folder, name)).catch(() => null);
    if (bytes !== null && isOfImage(bytes)) return true;
  }
  return false;
}

function isOfImage(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) && isJsonObject(value['record']) && 'container' in value['record'];
  } catch {
    return false;
  }
}
