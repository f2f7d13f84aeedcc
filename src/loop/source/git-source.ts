import type { Context } from '../../model/context.ts';
import { isCommitId } from '../../resolve/git/repository.ts';
import type { Revision, Source } from '../model.ts';
import { recallAccepted } from '../state/accept-rewrite.ts';
import { type ChainLink, chooseCommit } from './choose-commit.ts';
import { sourceError } from './fail.ts';
import { findTip } from './find-tip.ts';
import { type MirrorAccess, withMirror } from './mirror.ts';
import type { Mirror } from './open-mirror.ts';
import type { SourceOptions } from './open-source.ts';
import type { GitSpec } from './parse-spec.ts';
import { placeOf, preparePlace } from './place.ts';
import { labelOf, readRevision } from './read-revision.ts';
import { readSigners } from './read-signers.ts';
import { recallRevision } from './recall-revision.ts';
import { keepApplied, takeAgain, takeTip } from './take-tip.ts';
import { verifyTip } from './verify-tip.ts';

export type GitOptions = SourceOptions & { readonly verify: 'none' | 'head' | 'tag' };

const LIMITS = { stallMs: 60_000, totalMs: 10 * 60_000, maxBytes: 2 * 2 ** 30 };

/** What a look found, and all that it depended on besides time. */
interface Looked {
  readonly key: string;
  readonly newest: ChainLink;
  readonly revision: Revision;
}

/** A Git repository elsewhere. */
export function gitSource(spec: GitSpec, options: GitOptions, ctx: Context): Source {
  const isNewestOnly = options.verify === 'none' && (options.minCommitAgeMs ?? 0) <= 0;
  const place = placeOf(spec.url, isNewestOnly, ctx);
  const remote = {
    url: spec.url,
    allowLocal: options.allowLocal ?? false,
    limits: { ...LIMITS, ...options.limits },
  };
  const access: MirrorAccess = { place, remote, isNewestOnly, ctx };
  const closing = new AbortController();
  let last: Looked | null = null;

  const look = async (applied: string | null, signal: AbortSignal): Promise<Revision> => {
    await prepare(access);
    const signers = options.verify === 'none' ? null : await readSigners(ctx);
    const tip = await findTip(spec, { folder: place.folder, remote, ctx }, signal);
    const accepted = await recallAccepted(spec.shown, applied, ctx);
    const key = JSON.stringify([tip, applied, accepted, signers?.digest]);
    const nowMs = ctx.system.clock.now();
    if (last?.key === key && (options.minCommitAgeMs ?? 0) <= 0) {
      chooseCommit([last.newest], options, { nowMs, applied });
      return last.revision;
    }
    const format = tip.id.length === 64 ? 'sha256' : 'sha1';
    const looked = await withMirror(
      access,
      format,
      async (mirror) => {
        await keepApplied(applied, { tip, of: spec.shown }, mirror);
        const { id, chain } = await takeTip(tip, options, mirror);
        const chosen = chooseCommit(chain, options, { nowMs, applied });
        const signer = await verifyTip({ tip: { ...tip, id }, chosen, signers }, options, mirror, ctx);
        const { fromCommit } = options;
        if (signers !== null) await assertDescends(chosen.id, { applied, accepted, fromCommit }, mirror);
        const label = labelOf(chosen, tip);
        const of = {
          ...{ commit: chosen, label, signer, spec, signal: closing.signal },
          takeAgain: (again: Mirror) => takeAgain(chosen.id, tip, again),
        };
        const isSame = last?.revision.label === label && last.revision.signer === signer;
        const revision = isSame && last !== null ? last.revision : await readRevision(of, mirror, access);
        return { key, newest: chain[0] as ChainLink, revision };
      },
      signal,
    );
    last = looked;
    return looked.revision;
  };
  return {
    spec: spec.shown,
    look: (applied, signal) => look(applied, AbortSignal.any([signal, closing.signal])),
    recall: (commit, signal) =>
      recallRevision(
        { commit, spec, verify: options.verify, later: closing.signal },
        access,
        ctx,
        AbortSignal.any([signal, closing.signal]),
      ),
    close: async () => closing.abort(new Error('the source is closed')),
  };
}

async function prepare({ place, ctx }: MirrorAccess): Promise<void> {
  try {
    await preparePlace(place, ctx);
  } catch (error) {
    const message = `the cache folder "${place.folder}" cannot be used`;
    throw sourceError('SOURCE_UNAVAILABLE', message, 'look at its permissions, and at disk space', error);
  }
}

interface Before {
  readonly applied: string | null;
  /** May follow the applied one all the same. */
  readonly accepted: string | null;
  readonly fromCommit: string | undefined;
}

/** Whoever signed it once signed what came before: going back to that is for a person to accept. */
async function assertDescends(
  commit: string,
  { applied, accepted, fromCommit }: Before,
  mirror: Mirror,
): Promise<void> {
  const before = applied ?? fromCommit ?? null;
  if (before === null || before === commit || accepted === commit) return;
  // A commit that the mirror does not have is in the history of nothing it has.
  const base = isCommitId(before) ? await mirror.attempt(['merge-base', before, commit]) : null;
  if (base?.exitCode === 0 && base.stdout.toString('utf8').trim() === before) return;
  throw applied === null
    ? sourceError(
        'SOURCE_HISTORY_REWRITTEN',
        `commit ${commit} does not descend from ${before}, from which this machine was to start`,
        'the host may hold newer commits back; see what it has, or start from another commit',
      )
    : sourceError(
        'SOURCE_HISTORY_REWRITTEN',
        `commit ${commit} does not descend from ${before}, which was applied last`,
        `find out who rewrote the history; to apply it all the same: \`mcpform resume --accept-rewrite ${commit}\` with the same --source`,
      );
}
