// Puts into one chunk what almost every command needs.
import { readFileSync } from 'node:fs';

/** What almost every command needs, whatever it does. */
const CORE = [
  'src/cli/run.ts',
  'src/cli/commands/reading.ts',
  'src/cli/commands/writing.ts',
  'src/providers/claude-code/index.ts',
];

/** Needs little of it, and is to be over before the rest would be loaded. */
const APART = ['src/cli/commands/validate.ts'];

/**
 * An esbuild plugin. esbuild makes a chunk for every set of entry points that share a module, and a file of its own
 * costs more than most of them hold: eighty of them were a third of a plan. When all entry points of ours import all of
 * the core, the core is one set, and one file. `inputs` is what esbuild said of the same bundle without this.
 */
export function oneCore({ inputs }, root) {
  const core = staticClosure(inputs, CORE);
  const entries = new Set(
    Object.values(inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ kind, external, path }) => kind === 'dynamic-import' && !external && path.startsWith('src/'))
      .filter(({ path }) => !APART.includes(path))
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
