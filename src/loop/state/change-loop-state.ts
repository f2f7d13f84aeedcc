import type { Context } from '../../model/context.ts';
import { orUnwritable } from '../../state/durable-file.ts';
import { makeDurableFolder } from '../../state/folder.ts';
import { takeLock } from '../../state/lock-file.ts';
import type { LoopState } from '../model.ts';
import { writeLoopFile } from './loop-file.ts';
import { loopFolder } from './loop-folder.ts';
import { type Opened, openLoopState } from './open-loop-state.ts';

/** How long somebody else may be at it: a few writes. */
const WAIT_MS = 10_000;

/**
 * Changes what a loop remembers, whoever else does so at the same time: the loop after a pass, and people who suspend,
 * resume or acknowledge. Returns what it is then.
 */
export async function changeLoopState(
  books: string,
  { source, command }: { readonly source: string | null | undefined; readonly command: string },
  change: (state: LoopState) => LoopState,
  ctx: Context,
): Promise<Opened> {
  const folder = loopFolder(books);
  await orUnwritable('keep what the loop remembers', () => makeDurableFolder(folder, ctx));
  const lock = await takeLock(folder, { command, waitMs: WAIT_MS }, ctx);
  try {
    const opened = await openLoopState(folder, { source, nowMs: ctx.system.clock.now() }, ctx);
    const state = change(opened.state);
    if (state !== opened.state) await writeLoopFile(folder, state, ctx);
    return { ...opened, state };
  } finally {
    await lock.release();
  }
}
