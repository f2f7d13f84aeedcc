// Lets a script run TypeScript of this repository on Node 20, which cannot load it by itself.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** Bundles a `.ts` file (given relative to the repository) into the ignored cache folder and imports it. */
export async function loadTypeScript(file) {
  const outfile = join(root, '.cache/scripts', `${basename(file, '.ts')}.mjs`);
  await build({
    entryPoints: [join(root, file)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [keepFolders],
  });
  return import(pathToFileURL(outfile).href);
}

/** Bundled code lies elsewhere, so `import.meta.dirname` becomes the folder where its source lies. */
const keepFolders = {
  name: 'keep-folders',
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        'import.meta.dirname',
        JSON.stringify(dirname(path)),
      ),
      loader: 'ts',
    }));
  },
};
