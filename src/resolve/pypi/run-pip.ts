import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { shownOutput } from '../child-env.ts';
import { findPython, type Python, pythonEnv } from '../python.ts';

export type World = Pick<Context, 'system' | 'env' | 'platform' | 'signal' | 'folders' | 'home'>;

export interface PipRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs pip as `python -m pip` would, in a process that cannot start another one. So nothing a project brings can
 * run: pip builds what is no wheel, dependencies by address included, whatever `--only-binary` says of others, and
 * does so in a process. What pip itself may start is the program that knows the user's passwords, and on musl the
 * loader that says its version. https://github.com/pypa/pip/issues/12807
 */
const guard = [
  'import os, runpy, sys',
  'def refuse(event, args):',
  '    if event == "subprocess.Popen":',
  '        words = args[1] if isinstance(args[1], (list, tuple)) else [args[0]]',
  '        name = os.path.basename(os.fsdecode(words[0] or "")).lower()',
  '        if name in ("keyring", "keyring.exe") or name.startswith("ld-musl-"): return',
  '    elif event not in ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.startfile"): return',
  '    raise PermissionError("mcpform lets pip start no program")',
  'sys.addaudithook(refuse)',
  'sys.argv[0] = "pip"',
  'runpy.run_module("pip", run_name="__main__", alter_sys=True)',
].join('\n');

/** Resolving and fetching dozens of large wheels over a slow line. */
const timeoutMs = 15 * 60_000;

/** Since 22.2 pip reports what it would install; before, it could only install it. */
const oldest = [22, 2] as const;

/** The Python whose pip can do what we ask. Throws RESOLVE_TOOL when there is none. */
export async function findPip(ctx: World): Promise<Python> {
  const python = await findPython(ctx);
  const [major = 0, minor = 0] = (python.pip ?? '0').split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return python;
  const what =
    python.pip === null ? 'has no pip' : `has pip ${python.pip}, which is older than ${oldest.join('.')}`;
  throw new McpformError('RESOLVE_TOOL', `Python ${python.version} ("${python.path}") ${what}`, {
    hint: 'install pip for it (`python3-pip` on Debian), or uv',
  });
}

/** Runs pip in a folder, with the user's own indexes, proxies and certificates. Its failures are the caller's. */
export async function runPip(
  python: Python,
  args: readonly string[],
  folder: string,
  ctx: World,
): Promise<PipRun> {
  const env = {
    ...pythonEnv(ctx, isOfSource),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    NO_COLOR: '1',
  };
  try {
    return await ctx.system.processes.run(python.command, [...python.args, '-I', '-c', guard, ...args], {
      cwd: folder,
      env,
      inheritsEnv: false,
      timeoutMs,
    });
  } catch (error) {
    if (!isErrno(error, 'ETIMEDOUT')) throw error;
    throw new McpformError('RESOLVE_UNAVAILABLE', `pip took longer than ${timeoutMs / 60_000} minutes`, {
      cause: error,
    });
  }
}

/** pip said no: both hashes when they differ, else its own words. */
export function pipFailure({ exitCode, stderr }: PipRun, doing: string): McpformError {
  const mismatch = mismatchIn(stderr);
  if (mismatch !== null) {
    return new McpformError('RESOLVE_INTEGRITY', mismatch, {
      hint: 'the index, or somebody on the way, sends another file than was promised; nothing of it was used',
    });
  }
  const isNetwork =
    /Max retries exceeded|NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|SSLError|ConnectionResetError|ProxyError/.test(
      stderr,
    );
  return new McpformError(
    isNetwork ? 'RESOLVE_UNAVAILABLE' : 'RESOLVE_TOOL',
    `pip could not ${doing} (exit code ${exitCode}): ${shownOutput(stderr)}`,
    {
      hint: isNetwork
        ? 'check the network, its proxy, and `pip config list`'
        : 'run pip by hand to see all of it',
    },
  );
}

/** What pip says of a file whose hash is another one, both hashes in it. */
function mismatchIn(stderr: string): string | null {
  if (!stderr.includes('DO NOT MATCH THE HASHES')) return null;
  const what = /^\s+(\S+)(?: from (\S+))?.*:\n\s+Expected/m.exec(stderr)?.[1] ?? 'a wheel';
  const expected = /Expected sha256 ([0-9a-f]{64})/.exec(stderr)?.[1];
  const actual = /Got\s+([0-9a-f]{64})/.exec(stderr)?.[1];
  return `"${what}" is sha256:${actual}, not sha256:${expected}`;
}

/**
 * Of pip's own variables those that say where things come from, not what is installed, or where to:
 * `PIP_REQUIREMENT`, `PIP_EDITABLE`, `PIP_TARGET`, `PIP_PYTHON` and their like.
 */
function isOfSource(name: string): boolean {
  return !name.startsWith('PIP_') || sources.has(name.slice('PIP_'.length));
}

const sources = new Set([
  'CACHE_DIR',
  'CERT',
  'CLIENT_CERT',
  'CONFIG_FILE',
  'DEFAULT_TIMEOUT',
  'EXTRA_INDEX_URL',
  'FIND_LINKS',
  'INDEX_URL',
  'KEYRING_PROVIDER',
  'NO_CACHE_DIR',
  'NO_INDEX',
  'PROXY',
  'RETRIES',
  'TIMEOUT',
  'TRUSTED_HOST',
  'USE_DEPRECATED',
  'USE_FEATURE',
]);
