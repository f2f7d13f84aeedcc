import { join } from 'node:path';
import type { Context } from '../../model/context.ts';
import { orUnwritable, readIfThere, replaceFile } from '../../state/durable-file.ts';
import { makeDurableFolder } from '../../state/folder.ts';
import { memoryOf, recallCommit } from './source-memory.ts';

type World = Pick<Context, 'system' | 'folders'>;

/**
 * Somebody has looked at this commit of a rewritten history, and wants it: it may follow the one that is applied now,
 * and no other, so that nobody can lead this machine back to it later. Null: nothing of the source was applied.
 */
export async function acceptRewrite(source: string, commit: string, ctx: World): Promise<string | null> {
  const applied = await recallCommit(source, ctx);
  if (applied === null) return null;
  await orUnwritable('remember which rewrite was accepted', async () => {
    await makeDurableFolder(join(ctx.folders.state, 'sources'), ctx);
    await replaceFile(fileOf(source, ctx), `{"formatVersion":1,"from":"${applied}","to":"${commit}"}\n`, ctx);
  });
  return applied;
}

/** The commit that may follow this one although it does not descend from it; null when nobody said so. */
export async function recallAccepted(
  source: string,
  applied: string | null,
  ctx: World,
): Promise<string | null> {
  if (applied === null) return null;
  const text = (await readIfThere(fileOf(source, ctx), ctx))?.toString('utf8') ?? '';
  // What cannot be read accepts nothing.
  const [, from, to = null] =
    /^\{"formatVersion":1,"from":"([0-9a-f]{40,64})","to":"([0-9a-f]{40,64})"\}\n$/.exec(text) ?? [];
  return from === applied ? to : null;
}

function fileOf(source: string, ctx: World): string {
  return memoryOf(source, 'accepted', ctx);
}
