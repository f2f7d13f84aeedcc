import type { Context } from '../model/context.ts';
import type { LoopState } from '../model/loop.ts';

/** What the loop of a stack knows; null where none ever ran, or nobody can read it. */
export async function loopOf(books: string, ctx: Context): Promise<LoopState | null> {
  const [{ readLoopFile }, { loopFolder }] = await Promise.all([
    import('../loop/state/loop-file.ts'),
    import('../loop/state/loop-folder.ts'),
  ]);
  const file = await readLoopFile(loopFolder(books), ctx);
  return file.kind === 'sound' ? file.state : null;
}
