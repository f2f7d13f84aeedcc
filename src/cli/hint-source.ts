import { join } from 'node:path';
import { parseSpec } from '../loop/source/parse-spec.ts';
import { readLoopFile } from '../loop/state/loop-file.ts';
import { loopFolder } from '../loop/state/loop-folder.ts';
import type { Context } from '../model/context.ts';
import { isErrno, McpformError } from '../model/error.ts';
import type { CommandSpec } from './command.ts';

/** Who looks for a manifest here may mean the stack that a loop of theirs takes from a repository. */
export async function hintSource(
  error: McpformError,
  spec: CommandSpec,
  ctx: Context,
): Promise<McpformError> {
  const [source, ...others] = await followed(ctx);
  if (source === undefined) return error;
  const takesIt = spec.options.some(({ flags }) => flags.startsWith('--source'));
  const what = takesIt ? `pass --source ${source}` : `see \`mcpform status --source ${source}\``;
  const more = others.length === 0 ? '' : ` (or ${others.slice(0, MOST_NAMED).join(', ')})`;
  const hint = `a loop of yours follows a repository: ${what}${more}; else ${error.hint ?? 'name a manifest'}`;
  const { code, message, findings } = error;
  return new McpformError(code, message, {
    cause: error,
    findings,
    hint,
    ...(error.at === undefined ? {} : { at: error.at }),
  });
}

const MOST_NAMED = 3;

/** The repositories that loops of this user took something from. What cannot be read says nothing. */
async function followed(ctx: Context): Promise<readonly string[]> {
  const { state } = ctx.folders;
  const names = await ctx.system.files.list(state).catch(() => []);
  const sources = await Promise.all(names.map((name) => sourceOf(join(state, name), ctx)));
  return [...new Set(sources.filter((source) => source !== null))].sort();
}

async function sourceOf(books: string, ctx: Context): Promise<string | null> {
  try {
    const file = await readLoopFile(loopFolder(books), ctx);
    if (file.kind !== 'sound' || file.state.lastApplied === null) return null;
    const { source } = file.state;
    return source !== null && parseSpec(source, { allowLocal: true }).kind === 'git' ? source : null;
  } catch (error) {
    if (error instanceof McpformError || isErrno(error, 'ENOTDIR', 'EACCES')) return null;
    throw error;
  }
}
