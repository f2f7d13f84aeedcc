import type { Context } from '../../model/context.ts';
import { isCommitId } from '../../resolve/git/repository.ts';
import type { Source } from '../model.ts';
import { sourceError } from './fail.ts';
import { folderSource } from './folder-source.ts';
import { gitSource } from './git-source.ts';
import { parseSpec, type SpecOptions } from './parse-spec.ts';
import { readSigners } from './read-signers.ts';
import type { TransferLimits } from './transfer.ts';

export interface SourceOptions extends SpecOptions {
  /** What a folder, and files beside one, count from. */
  readonly cwd: string;
  /** What must be signed by somebody whom machine policy names: the commit, or the tag. Default: nothing. */
  readonly verify?: 'none' | 'head' | 'tag';
  /** How old the newest commit may be. */
  readonly maxAgeMs?: number;
  /** How old a commit must be before it is taken. */
  readonly minCommitAgeMs?: number;
  /** Before anything was applied here: only what descends from this commit is taken. Needs `verify`. */
  readonly fromCommit?: string;
  readonly limits?: Partial<TransferLimits>;
}

/**
 * Opens a folder, or `URL[@REF][:PATH[,PATH]]`: see `parseSpec`. Looks at nothing yet, but throws SOURCE_INVALID for
 * what can never be a source, and SOURCE_UNSIGNED where signatures are wanted and no policy says whose.
 */
export async function openSource(spec: string, options: SourceOptions, ctx: Context): Promise<Source> {
  const parsed = parseSpec(spec, options);
  const verify = options.verify ?? 'none';
  if (parsed.kind === 'folder') {
    if (verify === 'none' && options.fromCommit === undefined) return folderSource(parsed, options.cwd, ctx);
    throw sourceError(
      'SOURCE_INVALID',
      'a folder has no signatures and no commits',
      'name a Git repository, or leave --verify and --from-commit out',
    );
  }
  if (verify === 'tag' && parsed.ref === null) {
    throw sourceError('SOURCE_INVALID', 'the source names no tag', 'write it behind the address: `URL@TAG`');
  }
  assertStart(options.fromCommit, verify);
  if (verify !== 'none') await readSigners(ctx);
  return gitSource(parsed, { ...options, verify }, ctx);
}

function assertStart(commit: string | undefined, verify: 'none' | 'head' | 'tag'): void {
  if (commit === undefined) return;
  if (!isCommitId(commit)) {
    throw sourceError('SOURCE_INVALID', `"${commit}" is not a commit`, 'write its whole id: 40 digits');
  }
  if (verify !== 'none') return;
  throw sourceError(
    'SOURCE_INVALID',
    'a commit to start from says nothing without signatures: anybody could write one that descends from it',
    'pass --verify head, or --verify tag',
  );
}
