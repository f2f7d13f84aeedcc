import type { Context } from '../../model/context.ts';
import { isErrno, McpformError } from '../../model/error.ts';
import type { LineConnection } from '../../model/system.ts';
import { controlPlace, namedSocket } from './control-place.ts';
import { type ControlAnswers, type ControlRequest, MAX_LINE_BYTES, parseAnswer } from './control-protocol.ts';

export interface LoopQuestion<Request extends ControlRequest> {
  readonly request: Request;
  /** How long to wait for the answer; null: as long as it takes. */
  readonly timeoutMs: number | null;
}

/**
 * Asks the loop that has these books for a pass, or how things are. LOOP_NOT_RUNNING when none listens, LOOP_NO_ANSWER
 * when it does not answer in time or ends. An interrupt ends the waiting, not the pass.
 */
export async function askLoop<Request extends ControlRequest>(
  books: string,
  { request, timeoutMs }: LoopQuestion<Request>,
  ctx: Pick<Context, 'system' | 'env' | 'platform' | 'signal'>,
): Promise<ControlAnswers[Request]> {
  const connection = await connect(books, ctx);
  const ended = new AbortController();
  const onAbort = (): void => connection.close();
  ctx.signal.addEventListener('abort', onAbort);
  let isLate = false;
  const limit = async (): Promise<void> => {
    if (timeoutMs === null) return;
    await ctx.system.clock.sleep(timeoutMs, ended.signal);
    isLate = true;
    connection.close();
  };
  // It only rejects when nobody waits any more.
  limit().catch(() => undefined);
  try {
    ctx.signal.throwIfAborted();
    connection.send(JSON.stringify({ request }));
    for await (const line of connection.lines) {
      const answer = parseAnswer(line, request);
      if (answer === null) throw noAnswer('said something that cannot be read');
      if ('refused' in answer) throw noAnswer(`did not: ${answer.refused}`);
      return answer.value;
    }
    ctx.signal.throwIfAborted();
    throw noAnswer(
      isLate ? `did not answer within ${Number(timeoutMs) / 1000} s` : 'ended before it answered',
    );
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
    ended.abort();
    connection.close();
  }
}

async function connect(
  books: string,
  ctx: Pick<Context, 'system' | 'env' | 'platform'>,
): Promise<LineConnection> {
  const path = await namedSocket(controlPlace(books, ctx), ctx);
  if (path === null || ctx.system.network.connect === undefined) throw notRunning();
  try {
    return await ctx.system.network.connect(path, { maxLineBytes: MAX_LINE_BYTES });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ECONNREFUSED')) throw notRunning();
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new McpformError('LOOP_SOCKET', `cannot talk with the loop at "${path}" (${error.code})`, {
      hint: 'see whether you are the user whose loop it is',
      cause: error,
    });
  }
}

function notRunning(): McpformError {
  return new McpformError('LOOP_NOT_RUNNING', 'no loop of this stack runs on this machine', {
    hint: 'start `mcpform reconcile`, or make one pass with `mcpform reconcile --once`',
  });
}

function noAnswer(what: string): McpformError {
  return new McpformError('LOOP_NO_ANSWER', `the loop ${what}`, {
    hint: 'see `mcpform status` and the log of the loop, then ask again',
  });
}
