import { isErrno } from '../../../model/error.ts';
import type { Clock } from '../../../model/system.ts';
import type { EngineAnswer, EngineRequest, Send } from '../client.ts';
import { type Deadline, startDeadline, unlessAborted } from './deadline.ts';
import { engineFailure } from './engine-failure.ts';
import type { FoundEndpoint } from './find-endpoint.ts';
import { noAnswer } from './no-answer.ts';
import { readJson, readText } from './read-answer.ts';
import type { Operation } from './refusals.ts';

/** One thing that an engine is asked to do. */
export interface Call extends Omit<EngineRequest, 'signal'> {
  /** What a refusal means. */
  readonly operation: Operation;
  /** As in `docker would not …`: `start container "web"`. */
  readonly doing: string;
  readonly timeoutMs: number;
  /** The time starts again with each sign of life. */
  readonly isPatient?: true;
  /** Statuses above 299 that are no failure. */
  readonly fine?: readonly number[];
  /** Names that may stand in a refusal. */
  readonly names?: readonly string[];
  /** Each of them ends the call. */
  readonly signals?: readonly (AbortSignal | undefined)[];
}

/** The one engine that calls go to. */
export interface Caller {
  readonly name: string;
  readonly found: FoundEndpoint;
  readonly clock: Clock;
  readonly send: Send;
  /** Of its API: `1.41`. Null until it is known. */
  readonly version: string | null;
  readonly isPodman: boolean;
  /** Ends every call. */
  readonly until?: AbortSignal;
}

export interface Reply {
  readonly status: number;
  /** Parsed; null where the engine said nothing, or something that is not JSON. */
  readonly value: unknown;
  readonly headers: EngineAnswer['headers'];
}

/** Long enough for an engine under load, which answers such questions in milliseconds. */
export const READ_MS = 30_000;

/** Asks, and reads the whole answer. */
export async function call(caller: Caller, request: Call): Promise<Reply> {
  return within(caller, request, async (deadline) => {
    const answer = await open(caller, request, deadline);
    return {
      status: answer.status,
      value: await unlessAborted(readJson(answer), deadline.signal),
      headers: answer.headers,
    };
  });
}

/** Asks what there is. */
export function read(
  caller: Caller,
  request: Pick<Call, 'doing' | 'path' | 'query' | 'fine'>,
): Promise<Reply> {
  return call(caller, { ...request, operation: 'read', method: 'GET', timeoutMs: READ_MS });
}

/** Asks, and hands over an answer that goes on for a while. Whoever reads it ends the deadline. */
export async function open(caller: Caller, request: Call, { signal }: Deadline): Promise<EngineAnswer> {
  const { method, path, query, body, headers, isLong = false } = request;
  const ask = (): Promise<EngineAnswer> =>
    unlessAborted(
      caller.send({
        method,
        path: caller.version === null ? path : `/v${caller.version}${path}`,
        ...(query && { query }),
        ...(body && { body }),
        ...(headers && { headers }),
        signal,
        isLong,
      }),
      signal,
    );
  const answer = await ask().catch((error: unknown) => {
    // The engine may have closed, in that moment, a connection that was kept for questions.
    if (method === 'GET' && isErrno(error, 'ECONNRESET', 'EPIPE')) return ask();
    throw error;
  });
  if (answer.status < 300 || request.fine?.includes(answer.status)) return answer;
  const said = await unlessAborted(readText(answer), signal);
  throw engineFailure({ ...request, engine: caller.name, status: answer.status, said });
}

/** Runs `work` under the call's deadline; whatever goes wrong with the connection is told in words. */
export async function within<T>(
  caller: Caller,
  request: Call,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(caller.clock, request.timeoutMs, [...(request.signals ?? []), caller.until]);
  try {
    return await work(deadline);
  } catch (error) {
    throw noAnswer(error, { caller, request, deadline });
  } finally {
    deadline.end();
  }
}
