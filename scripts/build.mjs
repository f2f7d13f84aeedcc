// Bundles the command line into dist/: one small entry, one chunk per command, every library inside.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

rmSync(`${root}dist`, { recursive: true, force: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: { mcpform: 'src/cli/main.ts' },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  define: { MCPFORM_VERSION: JSON.stringify(version) },
  // CommonJS libraries inside an ES module bundle still call require for node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  logLevel: 'warning',
  plugins: [{ name: 'lazy-child-process', setup: loadChildProcessLate }],
});

writeFileSync(`${root}dist/third-party-licenses.txt`, licenses(Object.keys(result.metafile.inputs)));

/**
 * commander loads node:child_process, and with it the network stack, for executable subcommands, which we have none
 * of: 5 ms of every start.
 */
function loadChildProcessLate({ onResolve, onLoad }) {
  onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
    importer.includes('/node_modules/commander/') ? { path: 'child_process', namespace: 'late' } : undefined,
  );
  onLoad({ filter: /.*/, namespace: 'late' }, () => ({
    contents: "module.exports = { spawn: (...args) => require('child_process').spawn(...args) };",
  }));
}

/** Name, version and licence text of every library whose code is in the bundle. */
function licenses(inputs) {
  // The generated validators carry pieces of ajv's runtime.
  const names = new Set(['ajv', 'fast-deep-equal']);
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  return [...names]
    .sort()
    .map((name) => {
      const folder = `${root}node_modules/${name}/`;
      const info = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
      return `${name} ${info.version} (${info.license})\n\n${licenseText(folder)}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseText(folder) {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'license.md', 'LICENCE']) {
    try {
      return readFileSync(folder + file, 'utf8').trim();
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return '(no licence file in the package)';
}
