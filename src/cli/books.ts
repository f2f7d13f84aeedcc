import { type Declared, declare } from '../engine/declare.ts';
import type { Context } from '../model/context.ts';
import { openRun, type Run } from '../state/run.ts';
import type { CommandInput } from './command.ts';
import { loadRequest } from './load-request.ts';
import { lockWaitMs } from './plan-request.ts';

/** Runs `work` on the books of the stack under their lock, and commits what it recorded. */
export async function withBooks<Result>(
  command: string,
  input: CommandInput,
  ctx: Context,
  work: (run: Run, declared: Declared) => Promise<Result>,
): Promise<Result> {
  const declared = await declare(await loadRequest(input, ctx), ctx);
  const run = await openRun(
    declared.books,
    {
      command,
      waitMs: lockWaitMs(input),
      stack: declared.manifest.name,
      source: declared.loaded.source,
    },
    ctx,
  );
  try {
    return await work(run, declared);
  } finally {
    await run.release();
  }
}
