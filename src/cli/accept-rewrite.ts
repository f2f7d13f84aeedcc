import { declare } from '../engine/declare.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';
import { acceptedWords } from '../report/state-words.ts';
import { isCommitId } from '../resolve/git/repository.ts';
import { type Answer, type CommandInput, textOption } from './command.ts';
import { loadRequest } from './load-request.ts';
import { nudgeLoop } from './nudge-loop.ts';

/** `resume --accept-rewrite`: the loop that follows the source takes that commit next, and looks at once. */
export async function acceptRewriteOf(input: CommandInput, ctx: Context): Promise<Answer> {
  const spec = textOption(input.options, 'source');
  if (spec === undefined || input.args.length > 0) {
    throw new McpformError('USAGE', '--accept-rewrite is about a --source, and not about an address', {
      hint: 'name the repository as it was given to `mcpform reconcile`',
    });
  }
  const commit = commitOf(textOption(input.options, 'acceptRewrite') ?? '');
  const [{ acceptRewrite }, { parseSpec }] = await Promise.all([
    import('../loop/state/accept-rewrite.ts'),
    import('../loop/source/parse-spec.ts'),
  ]);
  const source = parseSpec(spec, { allowLocal: true });
  if (source.kind === 'folder') throw new Error('a folder was read as a repository');
  const applied = await acceptRewrite(source.shown, commit, ctx);
  if (applied === null) throw new Error('what was applied is not known any more');
  const { books } = await declare(await loadRequest(input, ctx), ctx);
  await nudgeLoop(books, ctx);
  return {
    exitCode: EXIT.ok,
    text: acceptedWords(applied, commit),
    json: { formatVersion: '1.0', accepted: { from: applied, to: commit } },
  };
}

/** Throws USAGE for what is not the whole id of a commit. */
export function commitOf(text: string): string {
  if (isCommitId(text)) return text;
  throw new McpformError('USAGE', `"${text}" is not the id of a commit`, {
    hint: 'write all of it: 40 digits, as the failure of the loop says it',
  });
}
