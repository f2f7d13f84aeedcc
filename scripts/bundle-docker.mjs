// Leaves out of the bundle what dockerode can do beside carrying requests: nothing else is asked of it.
import { refusing } from './refusing.mjs';

const DOCKERODE = /\/node_modules\/(dockerode|docker-modem)\//;

/** By whom it is required: four fifths of what dockerode installs, and the only machine code of it. */
const UNUSED = {
  './session': 'a session of BuildKit',
  './buildkit': 'following BuildKit',
  './ssh': 'its own ssh',
  './http_duplex': 'an attached stream',
  'tar-fs': 'packing a folder',
  '@balena/dockerignore': 'packing a folder',
  'split-ca': 'certificates from the environment',
  ...Object.fromEntries(
    [
      'container',
      'image',
      'volume',
      'network',
      'exec',
      'service',
      'task',
      'node',
      'plugin',
      'secret',
      'config',
    ].map((name) => [`./${name}`, `its idea of "${name}"`]),
  ),
};

/** An esbuild plugin. */
export const dockerodeWithoutTheUnused = {
  name: 'dockerode-without-the-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, importer }) =>
      Object.hasOwn(UNUSED, path) && DOCKERODE.test(importer)
        ? { path, namespace: 'unused-docker' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused-docker' }, ({ path }) => ({
      contents: refusing(UNUSED[path]),
    }));
    // It describes every request to its log, with the credentials for registries, and the log prints on request.
    onResolve({ filter: /^(debug|util)$/ }, ({ path, importer }) =>
      /\/docker-modem\/lib\/modem\.js$/.test(importer) ? { path, namespace: 'silent' } : undefined,
    );
    onLoad({ filter: /^debug$/, namespace: 'silent' }, () => ({
      contents: 'module.exports = () => () => {};',
    }));
    onLoad({ filter: /^util$/, namespace: 'silent' }, () => ({
      contents: "module.exports = { inspect: () => '' };",
    }));
  },
};
