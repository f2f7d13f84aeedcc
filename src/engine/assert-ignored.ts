import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import { readGitFacts } from './git-facts.ts';

/**
 * That a file with secrets cannot be committed by accident: it is in no repository, or git ignores it. Throws
 * SECRET_UNSAFE otherwise, and when nobody can say. `folder` is the file's.
 */
export async function assertIgnored(file: string, folder: string, ctx: Context): Promise<void> {
  if ((await readGitFacts(await ctx.system.files.realPath(folder), ctx.system.files)) === null) return;
  const exitCode = await askGit(file, folder, ctx);
  if (exitCode === 0) return;
  const why = exitCode === 1 ? 'git does not ignore it' : 'git cannot say whether it ignores it';
  throw new McpformError('SECRET_UNSAFE', `"${file}" is in a repository, and ${why}`, {
    hint: 'add `.env` to .gitignore, or move secrets to a backend that is in no repository, such as `file`',
  });
}

/** 0: ignored, and not committed already; 1: not; null: there is no git. */
async function askGit(file: string, folder: string, { system }: Context): Promise<number | null> {
  // No hook runs for it; what the repository would have watch its files shall not, either.
  const args = ['-c', 'core.fsmonitor=false', 'check-ignore', '--quiet', '--', file];
  try {
    return (await system.processes.run('git', args, { cwd: folder, timeoutMs: 10_000 })).exitCode;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'ETIMEDOUT', 'ENOEXEC')) return null;
    throw error;
  }
}
