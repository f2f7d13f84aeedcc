import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Whether Node would look for modules in a place outside of the tree that is there: a `node_modules` in any folder
 * above, such as the one of an `npm install` in somebody's home, or one of the global folders it still knows.
 * https://nodejs.org/api/modules.html#loading-from-node_modules-folders
 */
export function hasForeignModules(tree: string, home: string): boolean {
  const places = ['.node_modules', '.node_libraries'].map((name) => join(home, name));
  const prefix = process.platform === 'win32' ? dirname(process.execPath) : join(process.execPath, '../..');
  places.push(join(prefix, 'lib/node'));
  // Node follows links before it looks around.
  for (let above = dirname(realpathSync.native(tree)); ; above = dirname(above)) {
    places.push(join(above, 'node_modules'));
    if (above === dirname(above)) break;
  }
  return places.some((place) => lstatSync(place, { throwIfNoEntry: false }) !== undefined);
}
