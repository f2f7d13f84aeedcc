import { askLoop } from '../loop/wake/ask-loop.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';

/** Long enough to be heard; the pass that follows is not waited for. */
const HEARD_MS = 200;

/** Has a loop that runs look now, as something it was told to leave alone no longer is. Nobody minds when none runs. */
export async function nudgeLoop(books: string, ctx: Context): Promise<void> {
  try {
    await askLoop(books, { request: 'pass', timeoutMs: HEARD_MS }, ctx);
  } catch (error) {
    if (!(error instanceof McpformError) || !error.code.startsWith('LOOP_')) throw error;
  }
}
