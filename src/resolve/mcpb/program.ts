import { posix } from 'node:path';
import { McpformError } from '../../model/error.ts';
import type { Program } from '../../model/launch.ts';
import type { BundleCommand, BundleManifest } from './bundle-manifest.ts';

export interface ProgramRequest {
  readonly manifest: Pick<BundleManifest, 'type' | 'entryPoint'>;
  readonly command: BundleCommand;
  /** Paths of the bundle's files. */
  readonly files: ReadonlySet<string>;
  readonly platform: NodeJS.Platform;
  /** Absolute; null unless the bundle needs one. */
  readonly python: string | null;
}

/**
 * How a bundle's command starts, from files of the bundle alone. Throws RESOLVE_BUNDLE for one that starts something
 * that is not in it, such as `npx` or `docker`: its hash would not say what runs.
 */
export function programOf(request: ProgramRequest): Program {
  const { command } = request.command;
  const own = pathInBundle(command, request);
  if (own !== null) return { kind: 'file', file: own, args: request.command.args, env: request.command.env };
  const name = posix.basename(command.replaceAll('\\', '/')).replace(/\.exe$/i, '');
  if (name === 'node' || (command === '' && request.manifest.type === 'node')) return nodeProgram(request);
  if (/^(python3?(\.\d+)?|py)$/.test(name) || (command === '' && request.manifest.type === 'python')) {
    return pythonProgram(request);
  }
  if (command === '' && request.files.has(request.manifest.entryPoint)) {
    return {
      kind: 'file',
      file: request.manifest.entryPoint,
      args: request.command.args,
      env: request.command.env,
    };
  }
  throw new McpformError(
    'RESOLVE_BUNDLE',
    `the bundle starts ${JSON.stringify(command)}, which is not in it`,
    {
      hint: 'its hash would not say what runs; use the package that it starts instead',
    },
  );
}

/** `${__dirname}/server/x`, or `server/x` when there is such a file; on Windows with `.exe` added if need be. */
function pathInBundle(text: string, { files, platform }: ProgramRequest): string | null {
  const path = posix.normalize(text.replace(/^\$\{__dirname\}[\\/]/, '').replaceAll('\\', '/'));
  if (files.has(path)) return path;
  return platform === 'win32' && files.has(`${path}.exe`) ? `${path}.exe` : null;
}

function nodeProgram(request: ProgramRequest): Program {
  const { args, env } = request.command;
  const [first, ...rest] = args.length === 0 ? [request.manifest.entryPoint] : args;
  const file = pathInBundle(first as string, request);
  if (file === null) throw notStartable(first as string);
  return { kind: 'node', file, args: rest, env };
}

/**
 * Python with nothing of this machine's: no site folders, no `PYTHON*` variables. What the bundle says through
 * those is said in the start itself, and folders are added without looking for `.pth` files in them.
 */
function pythonProgram(request: ProgramRequest): Program {
  const { python } = request;
  if (python === null) throw new Error('a Python bundle needs the path of an interpreter');
  const { args, env } = request.command;
  const { PYTHONPATH, PYTHONUNBUFFERED, PYTHONUTF8, PYTHONDONTWRITEBYTECODE: _, ...rest } = env;
  const paths = (PYTHONPATH ?? '').split(/[:;]/).filter((folder) => folder !== '');
  const folders = [...new Set([...paths.map(inBundle), ...(args[0] === '-m' ? ['${__dirname}'] : [])])];
  return {
    kind: 'file',
    file: python,
    args: [
      ...[
        '-I',
        '-S',
        '-B',
        ...(PYTHONUNBUFFERED ? ['-u'] : []),
        ...(PYTHONUTF8 === '1' ? ['-X', 'utf8'] : []),
      ],
      ...['-c', bootstrap, String(folders.length), ...folders],
      ...startOf(args.length === 0 ? [request.manifest.entryPoint] : args, request),
    ],
    env: rest,
  };
}

const bootstrap = [
  'import os, runpy, site, sys',
  // What every script may call, and what only comes with the site of the machine otherwise.
  'site.setquit()',
  'n = int(sys.argv[1])',
  'folders, (how, what) = sys.argv[2:2 + n], sys.argv[2 + n:4 + n]',
  'sys.argv = [what] + sys.argv[4 + n:]',
  'sys.path[:0] = ([os.path.dirname(what)] if how == "file" else []) + folders',
  'runpy.run_path(what, run_name="__main__") if how == "file" else runpy.run_module(what, run_name="__main__", alter_sys=True)',
].join('\n');

/** `-m module …` or a script of the bundle; the interpreter's own `-u` and `-B` may come before it. */
function startOf(args: readonly string[], request: ProgramRequest): readonly string[] {
  const start = args.findIndex((arg) => !/^-(u|B|I|E|s)+$/.test(arg));
  const [first = '', ...rest] = args.slice(start === -1 ? args.length : start);
  if (first === '-m') {
    const [module = '', ...others] = rest;
    if (!/^[\p{ID_Start}_][\p{ID_Continue}.]*$/u.test(module)) throw notStartable(module);
    return ['module', module, ...others];
  }
  const file = pathInBundle(first, request);
  if (file === null) throw notStartable(first);
  return ['file', inBundle(file), ...rest];
}

function inBundle(path: string): string {
  return path.startsWith('${__dirname}') ? path : `\${__dirname}/${path}`;
}

function notStartable(what: string): McpformError {
  return new McpformError(
    'RESOLVE_BUNDLE',
    `the bundle starts ${JSON.stringify(what)}, which is not a file in it`,
    {
      hint: 'tell whoever publishes it',
    },
  );
}
