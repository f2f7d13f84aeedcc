import type { RevisionTexts } from '../../engine/static/revision-texts.ts';
import type { Context } from '../../model/context.ts';
import type { Between } from '../../model/plan.ts';
import { localGit } from './local-git.ts';
import { readCommit } from './read-commit.ts';
import { readWorkTree } from './read-work-tree.ts';
import { findRepository } from './repository.ts';
import { resolveCommits } from './resolve-commits.ts';
import { wantedFiles } from './wanted.ts';

export interface RevisionsRequest {
  /** What Git calls a commit. */
  readonly from: string;
  /** Null: the work tree. */
  readonly to: string | null;
  /** As given with `-f`; empty means look for `mcp.yaml`, from `cwd` up to the root of the repository. */
  readonly files: readonly string[];
  readonly cwd: string;
}

/** Manifest and lock of two revisions, and which those are. */
export interface Revisions {
  readonly between: Between;
  readonly base: RevisionTexts;
  readonly head: RevisionTexts;
}

/**
 * Reads both from the repository of the working directory. Starts nothing but Git, and that only on objects: what a
 * commit holds is never on the disk. Throws REVISION_…
 */
export async function readRevisions(
  { from, to, files, cwd }: RevisionsRequest,
  ctx: Pick<Context, 'system' | 'env' | 'signal'>,
): Promise<Revisions> {
  const repository = await findRepository(cwd, ctx.system.files);
  const wanted = wantedFiles(files, cwd, repository);
  const git = localGit(repository, ctx);
  const [base, head = null] = await resolveCommits(to === null ? [from] : [from, to], git, repository);
  if (base === undefined) throw new Error('a commit was resolved to nothing');
  const baseTexts = await readCommit(base, wanted, git);
  const { root } = repository;
  return {
    between: { from: base, to: head },
    base: baseTexts,
    head:
      head === null
        ? await readWorkTree(wanted, root, ctx.system.files)
        : head === base
          ? baseTexts
          : await readCommit(head, wanted, git),
  };
}
