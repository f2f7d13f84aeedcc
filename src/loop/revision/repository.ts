import { join, relative, resolve, sep } from 'node:path';
import { readGitFacts, resolveCommonFolder, resolveGitFolder } from '../../engine/git-facts.ts';
import type { Files } from '../../model/system.ts';
import { revisionError } from './revision-error.ts';

/** The repository that somebody stands in. */
export interface Repository {
  /** Of the work tree, absolute. */
  readonly root: string;
  /** Absolute: what `GIT_DIR` would be. */
  readonly gitFolder: string;
  /** Commits beyond some were not fetched. */
  readonly isShallow: boolean;
}

/** Throws REVISION_NO_REPOSITORY. Starts nothing. */
export async function findRepository(cwd: string, files: Files): Promise<Repository> {
  const facts = await readGitFacts(cwd, files);
  if (facts === null) {
    throw revisionError(
      'REVISION_NO_REPOSITORY',
      `"${cwd}" is in no Git repository`,
      'go to the folder of the manifest',
    );
  }
  const gitFolder = await resolveGitFolder(facts.root, files);
  const common = await resolveCommonFolder(gitFolder, files);
  const isShallow = await files.stat(join(common, 'shallow')).then(
    () => true,
    () => false,
  );
  return { root: facts.root, gitFolder, isShallow };
}

/** A path as its repository has it, from the root with `/`; the root itself is `''`. Throws REVISION_INVALID. */
export function pathWithin(root: string, cwd: string, path: string): string {
  const inside = relative(root, resolve(cwd, path));
  const names = inside.split(sep);
  const isOutside = names[0] === '..' || resolve(inside) === inside;
  if (isOutside || names.some((name) => /^\.git$/i.test(name))) {
    throw revisionError(
      'REVISION_INVALID',
      `"${path}" is no file of the repository at "${root}"`,
      'name a file inside it, and stand inside it',
    );
  }
  return names.join('/');
}
