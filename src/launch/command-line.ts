import { posix } from 'node:path';
import { McpformError } from '../model/error.ts';
import type { Program } from '../model/launch.ts';

/** What is started, with absolute paths. */
export interface CommandLine {
  /** A program of this machine, or one of the package. */
  readonly file: string;
  readonly args: readonly string[];
  /** Variables that the package itself adds. */
  readonly env: Readonly<Record<string, string>>;
  /** The first argument when `file` is Node: what it runs. */
  readonly script: string | null;
}

export interface Start {
  readonly program: Program;
  /** Absolute: where the package is installed. */
  readonly tree: string;
  /** What the manifest adds. */
  readonly args: readonly string[];
  /** The Node that runs us. */
  readonly node: string;
}

/** How a program of an installed package starts. Throws LAUNCH_PROGRAM when it would not be one of the package. */
export function commandLine({ program, tree, args, node }: Start): CommandLine {
  const fill = (text: string): string => text.replaceAll('${__dirname}', () => tree);
  switch (program.kind) {
    case 'node': {
      const script = inTree(program.file, tree);
      const own = (program.args ?? []).map(fill);
      return { file: node, args: [script, ...own, ...args], env: mapValues(program.env ?? {}, fill), script };
    }
    case 'python': {
      const site = inTree(program.folder, tree);
      const start = [site, program.module, program.object];
      return {
        file: program.python,
        args: [...isolated, bootstrap, ...start, ...args],
        env: {},
        script: null,
      };
    }
    case 'file': {
      const file = isAbsolute(program.file) ? program.file : inTree(program.file, tree);
      const own = program.args.map(fill);
      return { file, args: [...own, ...args], env: mapValues(program.env, fill), script: null };
    }
  }
}

/** No variables, no working directory, no site folders of the user or the machine, no byte code written. */
const isolated = ['-I', '-S', '-B', '-c'];

/** What the console script of a wheel does, with one folder as the only site. `.pth` files in it count. */
const bootstrap = [
  'import sys, site',
  'folder, module, name = sys.argv[1:4]',
  'site.addsitedir(folder)',
  'sys.argv[:4] = [name]',
  'from importlib import import_module',
  'found = import_module(module)',
  'for part in name.split("."): found = getattr(found, part)',
  'sys.exit(found())',
].join('\n');

function inTree(path: string, tree: string): string {
  const normal = posix.normalize(path);
  if (isAbsolute(path) || normal === '..' || normal.startsWith('../') || path.includes('\\')) {
    throw new McpformError('LAUNCH_PROGRAM', `"${path}" is not in the package`, {
      hint: 'run `mcpform apply`, which writes the launch again',
    });
  }
  return `${tree}/${normal}`;
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

function mapValues(values: Readonly<Record<string, string>>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
