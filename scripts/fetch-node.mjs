// node scripts/fetch-node.mjs [VERSION...]: other releases of Node for the package tests, one path per line.
//
// The `node` npm package holds no binary itself: its preinstall script installs `node-<platform>-<arch>` at the
// same version, whose `bin/node` is the program. We install that one directly and run no script.
import { join } from 'node:path';
import { fetchFromNpm, programs, runAsProgram } from './fetch-from-npm.mjs';

/** The newest of each line we promise to run on, besides the one that runs the tests. */
export const NODE_RELEASES = programs.node;

export function fetchNode(version) {
  const isWindows = process.platform === 'win32';
  // The platforms' packages are not named alike: `win`, and `node-bin-` for Apple's own processors.
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${isWindows ? 'win' : process.platform}-${process.arch}`;
  const program = isWindows ? 'node.exe' : 'node';
  return fetchFromNpm({
    spec: `${name}@${version}`,
    folder: `node/${version}`,
    program,
    find: (modules) => join(modules, name, 'bin', program),
  });
}

runAsProgram(import.meta.url, (versions) => {
  for (const version of versions.length > 0 ? versions : NODE_RELEASES) console.log(fetchNode(version));
});
