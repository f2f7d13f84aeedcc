import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import { orUnwritable, readIfThere, replaceFile } from '../../state/durable-file.ts';
import { makeDurableFolder } from '../../state/folder.ts';

type World = Pick<Context, 'system' | 'folders'>;

/**
 * Which commit of a source was applied last on this machine, whatever stack it was: it has to be known before anything
 * of the source is read, because what does not descend from it is not to be read. Null: none was.
 */
export async function recallCommit(source: string, ctx: World): Promise<string | null> {
  const path = fileOf(source, ctx);
  const bytes = await readIfThere(path, ctx);
  if (bytes === null) return null;
  const commit = /^\{"formatVersion":1,"commit":"([0-9a-f]{40}|[0-9a-f]{64})"\}\n$/.exec(
    bytes.toString('utf8'),
  );
  if (commit?.[1] !== undefined) return commit[1];
  throw new McpformError('STATE_CORRUPT', `"${path}" does not say which commit was applied last`, {
    hint: 'remove it once you have seen that the newest commit is one that you expect',
  });
}

/** Durable when it returns. */
export async function rememberCommit(source: string, commit: string, ctx: World): Promise<void> {
  const path = fileOf(source, ctx);
  const text = `{"formatVersion":1,"commit":"${commit}"}\n`;
  await orUnwritable('remember which commit was applied', async () => {
    if ((await readIfThere(path, ctx))?.toString('utf8') === text) return;
    await makeDurableFolder(join(ctx.folders.state, 'sources'), ctx);
    await replaceFile(path, text, ctx);
  });
}

function fileOf(source: string, ctx: World): string {
  return memoryOf(source, null, ctx);
}

/** Where something is remembered of a source, whatever stack it was. */
export function memoryOf(source: string, what: string | null, { folders }: World): string {
  const name = createHash('sha256').update(source).digest('hex').slice(0, 32);
  return join(folders.state, 'sources', `${name}${what === null ? '' : `.${what}`}.json`);
}
