// Leaves out of the bundle what npm's libraries can do and mcpform never asks of them.
import { refusing } from './refusing.mjs';

/** By whom it is required: what would run programs, ask Git, or weighs much and is never reached. */
const UNUSED = {
  // Scripts of packages, and the node-gyp that belongs to them.
  '@npmcli/run-script': 'running a script of a package',
  '@npmcli/git': 'fetching from Git',
  'bin-links': 'linking programs',
  'npm-packlist': 'packing',
  // Ours is verify/, which says what must have been signed by whom.
  sigstore: 'verifying a signature',
  './audit-report.js': 'an audit',
  '../audit-report.js': 'an audit',
  './query-selector-all.js': 'a query',
  // Its tables have licences of their own, and say which licences there are.
  'spdx-expression-parse': 'judging a licence',
  // Text in the encodings of the last century.
  'iconv-lite': 'converting text',
};

const NPM = /\/node_modules\/(@npmcli\/[^/]+|pacote|minipass-fetch)\//;

/** An esbuild plugin. */
export const npmWithoutTheUnused = {
  name: 'npm-without-the-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, importer }) =>
      Object.hasOwn(UNUSED, path) && NPM.test(importer) ? { path, namespace: 'unused' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({ contents: refusing(UNUSED[path]) }));
    // Looks for its own folder when it is loaded, and has none in a bundle.
    onLoad({ filter: /\/@npmcli\/arborist\/lib\/debug\.js$/ }, () => ({
      contents: 'module.exports = () => {}; module.exports.log = () => {};',
    }));
    // Takes SIGINT and two dozen others while it unpacks, and keeps them after a failure: cli/ says who ends us.
    onLoad({ filter: /\/@npmcli\/arborist\/lib\/signal-handling\.js$/ }, () => ({
      contents: 'module.exports = () => () => {};',
    }));
  },
};
