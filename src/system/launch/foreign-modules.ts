import { existsSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';

/**
 * Whether Node would look for modules in a place outside of the tree that is there: a `node_modules` in any folder
 * above, such as the one of an `npm install` in somebody's home, or one of the global folders it still knows.
 * https://nodejs.org/api/modules.html#loading-from-node_modules-folders
 */
export function hasForeignModules(tree: string, home: string): boolean {
  const beside = dirname(process.execPath);
  const prefix = process.platform === 'win32' ? beside : dirname(beside);
  const global = [
    `${home}${sep}.node_modules`,
    `${home}${sep}.node_libraries`,
    `${prefix}${sep}lib${sep}node`,
  ];
  if (global.some((folder) => existsSync(folder))) return true;
  // Node follows links before it looks around.
  const real = realpathSync.native(tree);
  for (let at = real.lastIndexOf(sep); at !== -1; at = real.lastIndexOf(sep, at - 1)) {
    if (existsSync(`${real.slice(0, at)}${sep}node_modules`)) return true;
    if (at === 0) break;
  }
  return false;
}
