import { join, posix, win32 } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { Folders } from './fill-in.ts';

/** The folders a bundle may name. */
export function userFolders({ home, platform }: Pick<Context, 'home' | 'platform'>): Folders {
  const { sep } = platform === 'win32' ? win32 : posix;
  return {
    HOME: home,
    DESKTOP: join(home, 'Desktop'),
    DOCUMENTS: join(home, 'Documents'),
    DOWNLOADS: join(home, 'Downloads'),
    pathSeparator: sep,
    '/': sep,
  };
}
