import type { Context } from '../../model/context.ts';
import type { ChainLink } from './choose-commit.ts';
import { sourceError } from './fail.ts';
import type { Tip } from './find-tip.ts';
import type { GitOptions } from './git-source.ts';
import type { Mirror } from './open-mirror.ts';
import type { Signers } from './read-signers.ts';
import { verifySignature } from './verify-signature.ts';

export interface ToVerify {
  readonly tip: Tip;
  readonly chosen: ChainLink;
  /** Null: nobody asks. */
  readonly signers: Signers | null;
}

/** Who signed the commit, or the tag that names it; null where nobody asks. Throws SOURCE_UNSIGNED. */
export async function verifyTip(
  { tip, chosen, signers }: ToVerify,
  { verify }: Pick<GitOptions, 'verify'>,
  mirror: Mirror,
  ctx: Context,
): Promise<string | null> {
  if (signers === null) return null;
  if (verify !== 'tag') {
    const signed = { kind: 'commit', id: chosen.id, shown: `commit ${chosen.id}` } as const;
    return await verifySignature(signed, signers, mirror, ctx);
  }
  await assertSignedName(tip, chosen, mirror);
  return await verifySignature({ kind: 'tag', id: tip.id, shown: `tag "${tip.name}"` }, signers, mirror, ctx);
}

/** A tag object says its own name and what it names: under another name it is somebody's copy. */
async function assertSignedName(tip: Tip, chosen: ChainLink, mirror: Mirror): Promise<void> {
  const refuse = (what: string): Error =>
    sourceError(
      'SOURCE_UNSIGNED',
      `"${tip.name}" ${what}`,
      'sign the tag (`git tag --sign`), push it, and name it in the source',
    );
  if (tip.kind !== 'tag') throw refuse('is not a tag');
  const kind = (await mirror.read(['cat-file', '-t', tip.id])).toString('utf8').trim();
  if (kind !== 'tag') throw refuse('is a tag without a message, which cannot be signed');
  const text = (await mirror.read(['cat-file', 'tag', tip.id])).toString('utf8');
  const [head = ''] = text.split('\n\n', 1);
  const [, id, type, name] = /^object ([0-9a-f]+)\ntype (\w+)\ntag ([^\n]+)(?:\n|$)/.exec(head) ?? [];
  if (name !== tip.name) throw refuse(`has the tag ${JSON.stringify(name ?? '')} in it`);
  if (type !== 'commit' || id !== chosen.id) throw refuse('does not name the commit itself');
}
