import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Revision } from '../model.ts';
import { recallCommit } from '../state/source-memory.ts';
import { parseSpec, type SpecOptions } from './parse-spec.ts';
import { placeOf } from './place.ts';
import { recallRevision } from './recall-revision.ts';

/**
 * What the loop applied last of a repository, from its mirror: nobody is asked for it, and nothing is verified anew,
 * as it is in force already. Throws SOURCE_UNAVAILABLE where nothing of it was applied here.
 */
export async function appliedRevision(spec: string, options: SpecOptions, ctx: Context): Promise<Revision> {
  const parsed = parseSpec(spec, options);
  if (parsed.kind === 'folder') {
    throw new McpformError('USAGE', `--source "${spec}" is a folder`, {
      hint: 'leave it out and go there, or name the manifest with --file',
    });
  }
  const commit = await recallCommit(parsed.shown, ctx);
  for (const isNewestOnly of commit === null ? [] : [false, true]) {
    const remote = { url: parsed.url, allowLocal: false, limits: NO_TRANSFER };
    const access = { place: placeOf(parsed.url, isNewestOnly, ctx), remote, isNewestOnly, ctx };
    const recall = { commit: commit as string, spec: parsed, verify: 'none', later: ctx.signal } as const;
    const revision = await recallRevision(recall, access, ctx, ctx.signal);
    if (revision !== null) return revision;
  }
  throw new McpformError('SOURCE_UNAVAILABLE', `nothing of "${parsed.shown}" was applied on this machine`, {
    hint: 'write the source as the loop has it; `mcpform reconcile --once --mode warn` shows what it would do',
  });
}

const NO_TRANSFER = { stallMs: 1_000, totalMs: 1_000, maxBytes: 2 ** 31 };
