// esbuild splits nothing but ES modules, and Node 20 starts CommonJS sooner: 3 ms for the first ES module, 1 ms per file.
import { transform } from 'esbuild';

/** What stands for `import.meta.url` in the bundle: to be given to it as `define`. */
export const MODULE_URL = { 'import.meta.url': '__moduleUrl' };

/** The chunks of an esbuild bundle, ES modules named `.cjs`, as what their names say: `{ path, text }` of each. */
export async function asCommonJs(outputFiles, options) {
  return await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, { ...options, format: 'cjs', supported: NO_DYNAMIC_IMPORT });
      return { path, text: text.includes('__moduleUrl') ? WITH_URL + code : code };
    }),
  );
}

/** Then `import()` becomes a `require()` that is waited for: the loader of ES modules is never started. */
export const NO_DYNAMIC_IMPORT = { 'dynamic-import': false };

const WITH_URL = 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;';
