// Bundles the command line into dist/: one small entry, one chunk per command, every library inside.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { awsWithoutTheUnused } from './bundle-aws.mjs';
import { dockerodeWithoutTheUnused } from './bundle-docker.mjs';
import { npmWithoutTheUnused } from './bundle-npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** What almost every command needs, whatever it does. */
const CORE = ['src/cli/run.ts', 'src/providers/claude-code/index.ts'];

const options = {
  absWorkingDir: root,
  entryPoints: {
    run: 'src/cli/run.ts',
    'exec-rest': 'src/cli/exec-rest.ts',
    'exec-secrets': 'src/cli/exec-secrets.ts',
  },
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
};
const lazyProcess = { name: 'lazy-child-process', setup: loadChildProcessLate };
const plugins = [lazyProcess, npmWithoutTheUnused, dockerodeWithoutTheUnused, awsWithoutTheUnused];
const { metafile } = await build({ ...options, plugins, write: false });
// What does not compile leaves the last build as it is.
rmSync(`${root}dist`, { recursive: true, force: true });
const result = await build({ ...options, plugins: [...plugins, oneCore(metafile)] });

const startable = {
  absWorkingDir: root,
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: options.target,
  define: options.define,
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  logLevel: options.logLevel,
};

// What people and clients start: CommonJS, because Node 20 starts that sooner. One file that is nothing but the way to
// the rest, one for `mcpform exec`, which every server waits for, and one for what it does with images.
const started = await build({
  ...startable,
  entryPoints: {
    mcpform: 'src/cli/main.ts',
    exec: 'src/cli/exec.ts',
    'exec-image': 'src/cli/exec-image.ts',
    'exec-guard': 'src/cli/exec-guard.ts',
  },
  plugins: [
    { name: 'rest-is-apart', setup: leaveTheRestApart },
    { name: 'no-words', setup: leaveTheWordsApart },
  ],
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
    './run.ts': './run.js',
    './exec-rest.ts': './exec-rest.js',
    './exec-secrets.ts': './exec-secrets.js',
    './exec.ts': './exec.cjs',
    './exec-image.ts': './exec-image.cjs',
  };
  onResolve({ filter: /^\.\/(run|exec-rest|exec-secrets|exec|exec-image)\.ts$/ }, ({ path, kind }) =>
    kind === 'entry-point' ? undefined : { path: files[path], external: true },
  );
}

/** Neither file says what a code means; together the sentences are larger than all else in them. */
function leaveTheWordsApart({ onLoad }) {
  onLoad({ filter: /\/src\/model\/codes\.ts$/ }, () => ({ contents: 'export const CODES = {};' }));
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

/**
 * esbuild makes a chunk for every set of entry points that share a module, and Node 20 takes almost a millisecond
 * per file: two dozen of them were a fifth of a plan. When all entry points of ours import all of the core, the core
 * is one set, and one file.
 */
function oneCore({ inputs }) {
  const core = staticClosure(inputs, CORE);
  const entries = new Set(
    Object.values(inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ kind, external, path }) => kind === 'dynamic-import' && !external && path.startsWith('src/'))
      .map(({ path }) => root + path),
  );
  return {
    name: 'one-core',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^core:all$/ }, () => ({ path: 'all', namespace: 'core', sideEffects: true }));
      onLoad({ filter: /.*/, namespace: 'core' }, () => ({
        contents: [...core].map((path) => `import ${JSON.stringify(root + path)};`).join('\n'),
        resolveDir: root,
      }));
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) =>
        entries.has(path)
          ? { contents: `${readFileSync(path, 'utf8')}\nimport 'core:all';\n`, loader: 'ts' }
          : undefined,
      );
    },
  };
}

/** The files of ours that are loaded with these, and those of libraries. */
function staticClosure(inputs, from) {
  const found = new Set();
  const queue = [...from];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path) || inputs[path] === undefined) continue;
    found.add(path);
    for (const each of inputs[path].imports) {
      if (each.kind !== 'dynamic-import' && !each.external) queue.push(each.path);
    }
  }
  return new Set([...found].filter((path) => path.startsWith('src/')));
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
