import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { isCommitId } from '../../resolve/git/repository.ts';
import { exists } from '../../state/folder.ts';
import type { Revision } from '../model.ts';
import { shortName, type Tip } from './find-tip.ts';
import type { GitOptions } from './git-source.ts';
import { type MirrorAccess, withMirror } from './mirror.ts';
import type { Mirror } from './open-mirror.ts';
import type { GitSpec } from './parse-spec.ts';
import { labelOf, readRevision } from './read-revision.ts';
import { readSigners, type Signers } from './read-signers.ts';
import { readLinks, tagInMirror } from './take-tip.ts';
import { verifyTip } from './verify-tip.ts';

interface Recall {
  /** That was applied last. */
  readonly commit: string;
  readonly spec: GitSpec;
  readonly verify: GitOptions['verify'];
  /** For what is read later. */
  readonly later: AbortSignal;
}

/**
 * A commit that was applied before, from the mirror alone: nobody is asked for it. It is verified anew, as who may sign
 * may be no longer who might. Null where it cannot be had, or nobody vouches for it any more.
 */
export async function recallRevision(
  recall: Recall,
  access: MirrorAccess,
  ctx: Context,
  signal: AbortSignal,
): Promise<Revision | null> {
  const { commit } = recall;
  if (!isCommitId(commit) || !(await exists(access.place.mirror, ctx).catch(() => false))) return null;
  try {
    const signers = recall.verify === 'none' ? null : await readSigners(ctx);
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    const read = (mirror: Mirror): Promise<Revision | null> =>
      readAgain(recall, signers, mirror, access, ctx);
    return await withMirror(access, format, read, signal);
  } catch (error) {
    if (error instanceof McpformError) return null;
    throw error;
  }
}

async function readAgain(
  { commit: id, spec, verify, later }: Recall,
  signers: Signers | null,
  mirror: Mirror,
  access: MirrorAccess,
  ctx: Context,
): Promise<Revision | null> {
  if ((await mirror.attempt(['cat-file', '-e', `${id}^{commit}`])).exitCode !== 0) return null;
  const [commit] = await readLinks(id, 1, mirror);
  const isNamed = spec.ref !== null && !isCommitId(spec.ref);
  const name = isNamed ? shortName(spec.ref) : id.slice(0, 12);
  const unnamed: Tip = { ref: id, name, kind: isNamed ? 'branch' : 'commit', id };
  const tip =
    verify === 'tag' && isNamed
      ? await tagInMirror(spec.ref, { commit: id, of: spec.shown }, mirror)
      : unnamed;
  if (commit === undefined || tip === null) return null;
  const signer = await verifyTip({ tip, chosen: commit, signers }, { verify }, mirror, ctx);
  const takeAgain = async (): Promise<void> => undefined;
  const of = { commit, label: labelOf(commit, tip), signer, spec, signal: later, takeAgain };
  return await readRevision(of, mirror, access);
}
