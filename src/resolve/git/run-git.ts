import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import { childEnv, shownOutput } from '../child-env.ts';
import type { Transports } from './repository.ts';

export type World = Pick<Context, 'system' | 'env' | 'platform' | 'folders' | 'signal'>;

export interface GitRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GitOptions extends Transports {
  /** Git runs here. No repository is looked for from it: one is named by `--git-dir` or there is none. */
  readonly folder: string;
}

const timeoutMs = 10 * 60_000;

/**
 * Runs Git with the user's own configuration, because it has their credentials and proxies, less what would run or
 * read anything else: hooks, attributes and filters, file system monitors, submodules, background work, other
 * transports. It never asks on a terminal. Its failures are the caller's.
 */
export async function runGit(args: readonly string[], options: GitOptions, ctx: World): Promise<GitRun> {
  try {
    return await ctx.system.processes.run('git', [...settingsFor(ctx), ...args], {
      cwd: options.folder,
      env: gitEnv(options, ctx),
      inheritsEnv: false,
      timeoutMs,
    });
  } catch (error) {
    if (isErrno(error, 'ETIMEDOUT')) {
      throw new McpformError('RESOLVE_UNAVAILABLE', `git took longer than ${timeoutMs / 60_000} minutes`, {
        cause: error,
      });
    }
    if (!isErrno(error, 'ENOENT', 'EACCES', 'ENOEXEC')) throw error;
    throw new McpformError('RESOLVE_TOOL', 'there is no git on the PATH', {
      cause: error,
      hint: 'install Git 2.30 or newer',
    });
  }
}

/** Git said no, by what it said: no such thing, no permission, no network, or its own words. */
export function gitFailure({ exitCode, stderr }: GitRun, doing: string): McpformError {
  const message = `git could not ${doing} (exit code ${exitCode}): ${shownOutput(stderr)}`;
  if (
    /repository .*not found|does not exist|not our ref|couldn't find remote ref|unadvertised object/i.test(
      stderr,
    )
  ) {
    return new McpformError('RESOLVE_NOT_FOUND', message, {
      hint: 'check the address and the ref; a private repository looks like none',
    });
  }
  if (
    /Authentication failed|Permission denied|could not read (Username|Password)|terminal prompts disabled|error: 40[13]|Host key verification failed/i.test(
      stderr,
    )
  ) {
    return new McpformError('RESOLVE_DENIED', message, {
      hint: 'try `git ls-remote` on the address: it has to work without a question',
    });
  }
  if (/transport '.*' not allowed|protocol .* (not supported|disabled)/i.test(stderr)) {
    return new McpformError('RESOLVE_INSECURE', message, { hint: 'only https and ssh are used' });
  }
  const isNetwork =
    /Could not resolve host|Failed to connect|Connection (refused|timed out|reset)|unable to access|early EOF|hung up|SSL/i.test(
      stderr,
    );
  return new McpformError(isNetwork ? 'RESOLVE_UNAVAILABLE' : 'RESOLVE_TOOL', message, {
    hint: 'check the network, its proxy, and `git ls-remote` on the address',
  });
}

/** For `-c`: see `runGit`. */
export function settingsFor({ platform }: Pick<World, 'platform'>): readonly string[] {
  const nothing = platform === 'win32' ? 'NUL' : '/dev/null';
  const settings = {
    'core.hooksPath': nothing,
    'core.attributesFile': nothing,
    'core.fsmonitor': 'false',
    'core.autocrlf': 'false',
    'core.eol': 'lf',
    'core.quotePath': 'false',
    'fetch.recurseSubmodules': 'false',
    'fetch.writeCommitGraph': 'false',
    'gc.auto': '0',
    'maintenance.auto': 'false',
    'protocol.version': '2',
    'transfer.bundleURI': 'false',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The whole environment of a Git that may use the network: see `runGit`. */
export function gitEnv({ allowsFiles }: Transports, ctx: Pick<World, 'env'>): Record<string, string> {
  const own = childEnv(
    ctx,
    (name) =>
      !name.startsWith('GIT_') ||
      /^GIT_(SSL_|SSH|ASKPASS|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_|VALUE_)|HTTP_|PROXY_|EXEC_PATH)/.test(
        name,
      ),
  );
  return {
    ...own,
    // Stronger than any setting: rewrites by `insteadOf` and redirects are held to it too.
    GIT_ALLOW_PROTOCOL: allowsFiles ? 'https:ssh:file' : 'https:ssh',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    // ssh would ask on the terminal behind our back, and wait for ever.
    ...(own['SSH_ASKPASS'] === undefined ? { SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'force' } : {}),
  };
}
