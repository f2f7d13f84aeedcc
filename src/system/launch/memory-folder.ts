import { statfsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { isErrno } from '../../model/error.ts';
import { isFolder, whyUnsafeFolder } from './own-file.ts';

/** statfs(2): file systems that are on no disk. What the system swaps, it may still write to one. */
const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

/**
 * A folder in memory in which this user can make folders of its own; null where the system has none: macOS and Windows
 * keep every file on a disk.
 */
export function memoryFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string | null {
  if (platform !== 'linux') return null;
  const own = env['XDG_RUNTIME_DIR'];
  if (own !== undefined && isAbsolute(own) && whyUnsafeFolder(own) === null && isInMemory(own)) return own;
  return isInMemory('/dev/shm') ? '/dev/shm' : null;
}

function isInMemory(folder: string): boolean {
  try {
    return isFolder(folder) && [TMPFS, RAMFS].includes(statfsSync(folder).type);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}
