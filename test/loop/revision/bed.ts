import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../support/run.ts';
import { type Home, throwawayHome } from '../../support/throwaway-home.ts';

/** A repository with a work tree, in a home that is thrown away. */
export interface Bed {
  readonly home: Home;
  readonly root: string;
  git(...args: string[]): Promise<string>;
  /** Into the work tree; a link as `{ link }`. */
  write(files: Readonly<Record<string, string | { readonly link: string }>>): Promise<void>;
  /** All that is in the work tree. Returns the id. */
  commit(): Promise<string>;
  remove(): Promise<void>;
}

export async function revisionBed(): Promise<Bed> {
  const home = await throwawayHome();
  const root = join(home.folder, 'stack');
  await mkdir(root);
  const env = { ...home.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = async (...args: string[]): Promise<string> => {
    const ran = await run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: root,
      env,
    });
    if (ran.exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main', '.');
  return {
    home,
    root,
    git,
    write: async (files) => {
      for (const [path, content] of Object.entries(files)) {
        const file = join(root, path);
        await mkdir(dirname(file), { recursive: true });
        await rm(file, { recursive: true, force: true });
        if (typeof content === 'string') await writeFile(file, content);
        else await symlink(content.link, file);
      }
    },
    commit: async () => {
      await git('add', '--all', '.');
      await git('commit', '--quiet', '--allow-empty', '-m', 'change');
      return await git('rev-parse', 'HEAD');
    },
    remove: home.remove,
  };
}
