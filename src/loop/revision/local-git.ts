import { devNull } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';
import { childEnv, shownOutput } from '../../resolve/child-env.ts';
import type { Repository } from './repository.ts';
import { revisionError } from './revision-error.ts';

/** Asks Git about objects of a repository on this disk. */
export type AskGit = (args: readonly string[], input?: string) => Promise<Buffer>;

/**
 * Only for what reads objects: no index, no work tree, no hook, no filter, no network. Git cannot be kept from reading
 * the repository's own configuration; of all that it can name, reading objects starts nothing.
 */
export function localGit({ gitFolder }: Repository, ctx: Pick<Context, 'env' | 'signal'>): AskGit {
  const at = { folder: gitFolder, env: environment(gitFolder, ctx), signal: ctx.signal };
  return async (args, input) => {
    // Slow to load, and only plans between revisions need it.
    const { runLocal } = await import('../source/client.ts');
    const { exitCode, stdout, stderr } = await runLocal(args, at, input).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT', 'EACCES')) throw failed('could not be started', error);
      throw error;
    });
    if (exitCode === 0) return stdout;
    throw failed(`could not read the repository (${args[0]}): ${shownOutput(stderr)}`);
  };
}

function failed(what: string, cause?: unknown): Error {
  return revisionError('REVISION_UNREADABLE', `git ${what}`, 'see what `git fsck` says of it', cause);
}

function environment(gitFolder: string, { env }: Pick<Context, 'env'>): Readonly<Record<string, string>> {
  const nowhere = join(devNull, 'home');
  return {
    ...childEnv({ env }, (name) => /^(?:PATH|PATHEXT|SYSTEMROOT|TEMP|TMP|TMPDIR)$/.test(name)),
    HOME: nowhere,
    XDG_CONFIG_HOME: nowhere,
    GIT_DIR: gitFolder,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_GRAFT_FILE: devNull,
    GIT_LITERAL_PATHSPECS: '1',
    // Of a partial clone: what is not here is an error, and asked of nobody.
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}
