import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { childEnv } from './child-env.ts';

/** The Python of this machine. */
export interface Python {
  /** How it is started: a name on the PATH, with the arguments that choose the version. */
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute; the interpreter itself, not a virtual environment's link to it. */
  readonly path: string;
  /** `3.11.2`. */
  readonly version: string;
  /** Version of its pip; null when it has none. */
  readonly pip: string | null;
}

type World = Pick<Context, 'system' | 'env' | 'platform'>;

const probe = [
  'import json, os, sys',
  'from importlib import metadata',
  'try: pip = metadata.version("pip")',
  'except metadata.PackageNotFoundError: pip = None',
  'path = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)',
  'version = "%d.%d.%d" % sys.version_info[:3]',
  'print(json.dumps({"path": path, "version": version, "pip": pip}))',
].join('\n');

const timeoutMs = 30_000;

/** The first Python 3.9 or newer on the PATH. Throws RESOLVE_TOOL when there is none. */
export async function findPython(ctx: World): Promise<Python> {
  const candidates =
    ctx.platform === 'win32' ? [['py', '-3'], ['python'], ['python3']] : [['python3'], ['python']];
  for (const [command = '', ...args] of candidates) {
    const found = await ask(command, args, ctx);
    if (found !== null && isNewEnough(found.version)) return found;
  }
  throw new McpformError('RESOLVE_TOOL', 'there is no Python 3.9 or newer on the PATH', {
    hint: 'install Python 3 with pip, or uv',
  });
}

/** What Python is started with: `PYTHON*` says what it loads, and is nobody's business here. */
export function pythonEnv(
  ctx: Pick<Context, 'env'>,
  isKept: (name: string) => boolean,
): Record<string, string> {
  return childEnv(ctx, (name) => !/^(PYTHON|__PYVENV)/.test(name) && isKept(name));
}

async function ask(command: string, args: readonly string[], ctx: World): Promise<Python | null> {
  try {
    const { exitCode, stdout } = await ctx.system.processes.run(command, [...args, '-I', '-c', probe], {
      env: pythonEnv(ctx, (name) => !name.startsWith('PIP_')),
      inheritsEnv: false,
      timeoutMs,
    });
    if (exitCode !== 0) return null;
    const { path, version, pip } = JSON.parse(stdout) as {
      path: string;
      version: string;
      pip: string | null;
    };
    return { command, args, path, version, pip };
  } catch (error) {
    // A stub that opens a shop, or something else of that name, is no Python.
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT', 'EACCES', 'ETIMEDOUT', 'ENOEXEC'))
      return null;
    throw error;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= 9;
}
