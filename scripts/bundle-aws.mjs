// Takes AWS's libraries in their form for bundlers, which leaves out what nobody imports.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/** An esbuild plugin. */
export const awsWithoutTheUnused = {
  name: 'aws-without-the-unused',
  setup({ onResolve, onLoad }) {
    // For Node, esbuild takes a package's `main`, here all 150 calls of a service in one file.
    onResolve({ filter: /^@(aws-sdk|smithy)\/[^/]+$/ }, ({ path }) => {
      const { module, exports, sideEffects } = JSON.parse(
        readFileSync(join(modules, path, 'package.json'), 'utf8'),
      );
      return module === undefined || exports !== undefined
        ? undefined
        : { path: join(modules, path, module), sideEffects };
    });
    // Tells whoever starts a server that a later version of the library will want a later version of Node.
    onLoad({ filter: /\/@aws-sdk\/core\/dist-es\/.*\/emitWarningIfUnsupportedVersion\.js$/ }, () => ({
      contents: 'export const state = {}; export const emitWarningIfUnsupportedVersion = () => {};',
    }));
  },
};
