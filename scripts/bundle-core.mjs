// Puts into one chunk what almost every command needs.
import { readFileSync } from 'node:fs';

/** What every command needs, and all that a manifest that was read before is judged with. */
const START = ['src/cli/run.ts', 'src/cli/commands/validate.ts'];

/** What almost every command needs besides, whatever it does. */
const CORE = [
  ...START,
  'src/cli/commands/reading.ts',
  'src/cli/commands/writing.ts',
  'src/providers/claude-code/index.ts',
];

/** What needs nothing of that, and is to be over before it would be loaded. */
const LIGHT = [...START, 'src/cli/catalogue.ts', 'src/cli/parse-with.ts'];

/**
 * An esbuild plugin. esbuild makes a chunk for every set of entry points that share a module, and a file of its own
 * costs more than most of them hold: eighty of them were a third of a plan. When all entry points of ours import all of
 * the start, the start is one set, and one file; and so is the core. `inputs` is what esbuild said of the same bundle
 * without this.
 */
export function oneCore({ inputs }, root) {
  const parts = { start: staticClosure(inputs, START), core: staticClosure(inputs, CORE) };
  const loadedLate = Object.values(inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ kind, external, path }) => kind === 'dynamic-import' && !external && path.startsWith('src/'))
    .map(({ path }) => path);
  const partOf = new Map([
    ...loadedLate.map((path) => [root + path, 'core']),
    ...LIGHT.map((path) => [root + path, 'start']),
  ]);
  return {
    name: 'one-core',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^part:/ }, ({ path }) => ({ path, namespace: 'part', sideEffects: true }));
      onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: [...parts[path.slice('part:'.length)]]
          .map((each) => `import ${JSON.stringify(root + each)};`)
          .join('\n'),
        resolveDir: root,
      }));
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) =>
        partOf.has(path)
          ? { contents: `${readFileSync(path, 'utf8')}\nimport 'part:${partOf.get(path)}';\n`, loader: 'ts' }
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
