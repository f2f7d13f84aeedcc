import { McpformError } from '../../../model/error.ts';
import type { LogLine, LogOptions } from '../engine.ts';
import { type Call, type Caller, open, READ_MS } from './call.ts';
import { startDeadline } from './deadline.ts';
import { inspectContainer } from './inspect-container.ts';
import { readLogLines } from './log-frames.ts';
import { inPath, quoted } from './names.ts';
import { noAnswer } from './no-answer.ts';

/** See `Engine.logs`. */
export async function* readLogs(
  caller: Caller,
  id: string,
  options: LogOptions,
): AsyncGenerator<LogLine, void, void> {
  const { tail, since, follow = false, signal } = options;
  const request: Call = {
    operation: 'read',
    doing: `show the log of container ${quoted(id)}`,
    method: 'GET',
    path: `/containers/${inPath(id)}/logs`,
    query: {
      stdout: true,
      stderr: true,
      timestamps: true,
      follow,
      tail: tail ?? 'all',
      ...(since !== undefined && { since }),
    },
    timeoutMs: follow ? Number.POSITIVE_INFINITY : READ_MS,
    isLong: true,
  };
  const info = await inspectContainer(caller, id);
  if (info === null)
    throw new McpformError('ENGINE_REFUSED', `${caller.name} has no container ${quoted(id)}`);
  const deadline = startDeadline(caller.clock, request.timeoutMs, [signal]);
  try {
    const answer = await open(caller, request, deadline);
    try {
      for await (const line of readLogLines(answer.body, { isFramed: info.Config.Tty !== true })) {
        deadline.extend();
        yield line;
      }
    } finally {
      answer.close();
    }
  } catch (error) {
    if (signal?.aborted === true) return;
    throw noAnswer(error, { caller, request, deadline });
  } finally {
    deadline.end();
  }
}
