import type { AskGit } from './local-git.ts';
import type { Repository } from './repository.ts';
import { revisionError } from './revision-error.ts';

/** Ids of the commits that branches, tags, ids or other names of Git stand for, in order. */
export async function resolveCommits(
  refs: readonly string[],
  git: AskGit,
  { isShallow }: Pick<Repository, 'isShallow'>,
): Promise<readonly string[]> {
  for (const ref of refs) assertName(ref);
  // On its stdin, where nothing can be taken for an option.
  const answer = await git(['cat-file', '--batch-check'], refs.map((ref) => `${ref}^{commit}\n`).join(''));
  const lines = answer.toString('utf8').split('\n');
  return refs.map((ref, index) => {
    const id = /^([0-9a-f]{40}|[0-9a-f]{64}) commit \d+$/.exec(lines[index] ?? '')?.[1];
    if (id !== undefined) return id;
    const isAmbiguous = lines[index]?.endsWith(' ambiguous') === true;
    throw revisionError(
      'REVISION_NOT_FOUND',
      isAmbiguous ? `"${ref}" is short for several commits` : `the repository has no commit "${ref}"`,
      isAmbiguous
        ? 'write more of it'
        : isShallow
          ? 'this clone is shallow: fetch the commit, for example with `fetch-depth: 0` of actions/checkout, or `git fetch origin COMMIT`'
          : 'check the name, or fetch it: `git fetch origin BRANCH`',
    );
  });
}

const maxLength = 1000;

function assertName(ref: string): void {
  if (ref !== '' && ref.length <= maxLength && !/^-|[\p{Cc}\u2028\u2029]/u.test(ref)) return;
  throw revisionError(
    'REVISION_INVALID',
    'a revision is empty, too long, begins with `-`, or has control characters',
    'name a branch, tag or commit',
  );
}
