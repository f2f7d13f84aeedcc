import type { Context } from '../../model/context.ts';
import { isErrno } from '../../model/error.ts';

const PROBE = { maxLineBytes: 1024 };

/**
 * Begins to listen at a socket, also where one is left of a program that was killed. EADDRINUSE where somebody listens, or
 * where something else than a socket has the name.
 */
export async function takeSocket<Listening>(
  path: string,
  begin: () => Promise<Listening>,
  ctx: Pick<Context, 'system'>,
): Promise<Listening> {
  try {
    return await begin();
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE') || (await isAnswered(path, ctx))) throw error;
    if ((await ctx.system.files.stat(path)).kind !== 'other') throw error;
    await ctx.system.files.remove(path);
    return await begin();
  }
}

/** Whether somebody listens at a socket, as far as can be known. */
export async function isAnswered(path: string, { system }: Pick<Context, 'system'>): Promise<boolean> {
  try {
    const connection = await system.network.connect?.(path, PROBE);
    connection?.close();
    return connection !== undefined;
  } catch (error) {
    // Whatever else is wrong, somebody may be there.
    return !isErrno(error, 'ECONNREFUSED', 'ENOENT', 'ENOTSOCK');
  }
}
