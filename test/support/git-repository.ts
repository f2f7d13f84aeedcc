import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './run.ts';
import type { Home } from './throwaway-home.ts';

/** A bare repository that is asked by `file://`, and a clone of it to commit in. */
export interface GitRepository {
  /** `file:///…/origin.git` */
  readonly url: string;
  readonly bare: string;
  /** Commits exactly these files; a link as `{ link }`. Returns the id. `at`: seconds since the epoch. */
  commit(
    files: Readonly<Record<string, string | { readonly link: string }>>,
    options?: { at?: number; branch?: string },
  ): Promise<string>;
  /** Runs Git in the clone and returns what it printed, trimmed. */
  git(...args: string[]): Promise<string>;
  push(...refs: string[]): Promise<void>;
}

export async function gitRepository(home: Home, name = 'origin'): Promise<GitRepository> {
  const bare = join(home.folder, `${name}.git`);
  const work = join(home.folder, `${name}-work`);
  await mkdir(work);
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const gitAt = async (at: number, args: readonly string[], cwd = work): Promise<string> => {
    const date = `${at} +0000`;
    const env = {
      ...home.env,
      ...identity,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    const ran = await run('git', args, { cwd, env });
    if (ran.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  const git = (...args: string[]): Promise<string> => gitAt(1_700_000_000, args);
  await git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  await git('init', '--quiet', '--initial-branch=main', '.');
  await git('remote', 'add', 'origin', bare);
  // What is committed is what was written, whatever attributes say that are committed with it.
  await writeFile(join(work, '.git/info/attributes'), '* -text -filter -ident -working-tree-encoding\n');
  return {
    url: `file://${bare}`,
    bare,
    git,
    commit: async (files, { at = 1_700_000_000, branch = 'main' } = {}) => {
      await git('checkout', '--quiet', '-B', branch);
      await git('rm', '-r', '-q', '--ignore-unmatch', '.');
      for (const [path, content] of Object.entries(files)) {
        const file = join(work, path);
        await mkdir(dirname(file), { recursive: true });
        await rm(file, { force: true });
        if (typeof content === 'object') await symlink(content.link, file);
        else await writeFile(file, content);
        if (typeof content === 'string' && content.startsWith('#!')) await chmod(file, 0o755);
      }
      await git('add', '--all', '--force', '.');
      await gitAt(at, ['commit', '--quiet', '--allow-empty', '-m', 'change']);
      await git('push', '--quiet', '--force', 'origin', branch);
      return git('rev-parse', 'HEAD');
    },
    push: async (...refs) => {
      await git('push', '--quiet', '--force', 'origin', ...refs);
    },
  };
}
