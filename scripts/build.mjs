// Bundles the command line into dist/: one small entry, one chunk per command, every library inside.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { awsWithoutTheUnused } from './bundle-aws.mjs';
import { asCommonJs, MODULE_URL, NO_DYNAMIC_IMPORT } from './bundle-commonjs.mjs';
import { oneCore } from './bundle-core.mjs';
import { dockerodeWithoutTheUnused } from './bundle-docker.mjs';
import { npmWithoutTheUnused } from './bundle-npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Of everything that is built. */
const shape = {
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};

const options = {
  absWorkingDir: root,
  entryPoints: {
    run: 'src/cli/run.ts',
    'exec-rest': 'src/cli/exec-rest.ts',
    'exec-secrets': 'src/cli/exec-secrets.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  define: { MCPFORM_VERSION: JSON.stringify(version), ...MODULE_URL },
  legalComments: 'none',
  metafile: true,
  write: false,
  ...shape,
};
const lazyProcess = { name: 'lazy-child-process', setup: loadChildProcessLate };
const plugins = [lazyProcess, npmWithoutTheUnused, dockerodeWithoutTheUnused, awsWithoutTheUnused];
const { metafile } = await build({ ...options, plugins });
const result = await build({ ...options, plugins: [...plugins, oneCore(metafile, root)] });
const files = await asCommonJs(result.outputFiles, shape);
// What does not compile leaves the last build as it is.
rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist/chunks`, { recursive: true });
for (const { path, text } of files) writeFileSync(path, text);

const startable = {
  absWorkingDir: root,
  outdir: 'dist',
  outExtension: options.outExtension,
  bundle: true,
  format: 'cjs',
  define: { MCPFORM_VERSION: options.define.MCPFORM_VERSION },
  supported: NO_DYNAMIC_IMPORT,
  metafile: true,
  ...shape,
};

// What people and clients start. One file that is nothing but the way to the rest, one for `mcpform exec`, which every
// server waits for, and one for what it does with images.
const started = await build({
  ...startable,
  entryPoints: {
    mcpform: 'src/cli/main.ts',
    exec: 'src/cli/exec.ts',
    'exec-image': 'src/cli/exec-image.ts',
    'exec-guard': 'src/cli/exec-guard.ts',
  },
  plugins: [{ name: 'rest-is-apart', setup: leaveTheRestApart }],
});

// What a runner of GitHub starts: one file with everything inside, because it starts once per job and a runner has nothing
// compiled yet.
const action = await build({
  ...startable,
  entryPoints: { action: 'src/action/main.ts' },
});

const inputs = [result, started, action].flatMap(({ metafile: { inputs } }) => Object.keys(inputs));
writeFileSync(`${root}dist/third-party-licenses.txt`, licenses(inputs));

function leaveTheRestApart({ onResolve }) {
  const files = {
    './run.ts': './run.cjs',
    './exec-rest.ts': './exec-rest.cjs',
    './exec-secrets.ts': './exec-secrets.cjs',
    './exec.ts': './exec.cjs',
    './exec-image.ts': './exec-image.cjs',
  };
  onResolve({ filter: /^\.\/(run|exec-rest|exec-secrets|exec|exec-image)\.ts$/ }, ({ path, kind }) =>
    kind === 'entry-point' ? undefined : { path: files[path], external: true },
  );
}

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

/** Name, version and licence text of every library whose code is in the bundle, of each version that is. */
function licenses(inputs) {
  // The generated validators carry pieces of ajv's runtime.
  const folders = new Set(['node_modules/ajv/', 'node_modules/fast-deep-equal/']);
  for (const input of inputs) {
    // The last: a library may have its own version of another.
    const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(input);
    if (found) folders.add(found[0]);
  }
  const texts = [...folders].map((folder) => {
    const info = JSON.parse(readFileSync(`${root}${folder}package.json`, 'utf8'));
    return `${info.name} ${info.version} (${info.license})\n\n${licenseText(`${root}${folder}`)}\n`;
  });
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n\n`);
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
