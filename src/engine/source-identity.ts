import { relative, sep } from 'node:path';
import type { SourceIdentity } from '../model/inventory.ts';
import type { Files } from '../model/system.ts';
import type { GitFacts } from './git-facts.ts';

/** What the books remember of where a stack comes from; a linked work tree is its main repository. */
export async function identifySource(
  paths: readonly string[],
  git: GitFacts | null,
  folder: string,
  files: Files,
): Promise<SourceIdentity> {
  const workTree = git === null ? folder : await files.realPath(git.root);
  const relatives = await Promise.all(
    paths.map(async (path) => {
      const real = await files.realPath(path);
      return relative(workTree, real).split(sep).join('/');
    }),
  );
  return {
    remote: git?.remote ?? null,
    root: git === null ? folder : await files.realPath(git.mainRoot),
    files: relatives,
  };
}
