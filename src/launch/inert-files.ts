import type { Installed } from '../model/launch.ts';

/**
 * Parts the paths of a tree into those that a start looks at, and those it may leave to the next apply: TypeScript and
 * source maps of dependencies. Node loads no TypeScript from `node_modules`, and no map as code; only compilers,
 * bundlers and tools for stack traces read them, and a tree with one of those in it has no inert file. The folders of
 * inert files are looked at all the same, so that none is added, removed or replaced unseen; what stays unseen until
 * then is an edit in place.
 *
 * They are half of the files of an ordinary npm package, and almost half of the time that looking takes.
 * https://nodejs.org/api/typescript.html#type-stripping-in-dependencies
 */
export function partInert(
  paths: readonly string[],
  programs: Installed['programs'],
): { readonly live: readonly string[]; readonly inert: readonly string[] } {
  if (paths.some((path) => READERS.test(path))) return { live: paths, inert: [] };
  const own = new Set(
    Object.values(programs).map((program) => packageOf('file' in program ? program.file : '')),
  );
  const live: string[] = [];
  const inert: string[] = [];
  for (const path of paths) {
    const isInert = INERT.test(path) && !own.has(packageOf(path));
    (isInert ? inert : live).push(path);
  }
  return { live, inert };
}

const INERT = /(?:^|\/)node_modules\/.*\.(?:[cm]?ts|map)$/;

const READERS = new RegExp(
  `(?:^|/)node_modules/(?:${[
    'typescript',
    '@typescript/[^/]+',
    '(?:@ts-morph/)?[^/]*ts-morph',
    'ts-node',
    'tsx',
    'tsimp',
    'jiti',
    'sucrase',
    '@volar/[^/]+',
    '@vue/language-[^/]+',
    '@microsoft/api-extractor[^/]*',
    'monaco-editor[^/]*',
    'esbuild',
    'rollup',
    'rolldown',
    'vite',
    'webpack',
    'parcel',
    '@babel/core',
    '@swc/core',
    '@swc-node/[^/]+',
    '(?:@[^/]+/)?source-map[^/]*',
    '@jridgewell/[^/]+',
    'stack-?trace[^/]*',
    'error-stack-parser[^/]*',
  ].join('|')})$`,
);

/** The folder of the package a file belongs to; empty at the top. */
function packageOf(path: string): string {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '';
}
