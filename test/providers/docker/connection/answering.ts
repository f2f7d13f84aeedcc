import type { Clock } from '../../../../src/model/system.ts';
import type { EngineAnswer, EngineRequest, Send } from '../../../../src/providers/docker/client.ts';
import type { Caller } from '../../../../src/providers/docker/connection/call.ts';
import { ManualClock } from '../../../../src/system/memory.ts';

export interface Said {
  readonly status?: number;
  readonly headers?: EngineAnswer['headers'];
  /** JSON unless it is text, or pieces that come one by one. */
  readonly body?: unknown;
}

/** `GET /v1.41/containers/json?all=true` */
export const lineOf = ({ method, path, query = {} }: EngineRequest): string => {
  const search = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  return `${method} ${path}${search.length === 0 ? '' : `?${search.join('&')}`}`;
};

export interface Asked {
  readonly caller: Caller;
  readonly requests: readonly EngineRequest[];
  readonly lines: () => readonly string[];
  readonly clock: Clock;
}

/** An engine that says what it is told to; `never` answers with silence. */
export function answering(
  answer: (request: EngineRequest, count: number) => Said | 'never' | Error,
  more: Partial<Caller> = {},
): Asked {
  const requests: EngineRequest[] = [];
  const clock = patientClock();
  const send: Send = (request) => {
    requests.push(request);
    const said = answer(request, requests.length);
    if (said === 'never') return new Promise(() => undefined);
    return said instanceof Error ? Promise.reject(said) : Promise.resolve(answerOf(said));
  };
  const caller: Caller = {
    name: 'docker@lab',
    found: { endpoint: { kind: 'unix', path: '/run/lab.sock' }, saidBy: 'the Docker context "lab"' },
    clock,
    send,
    version: '1.51',
    isPodman: false,
    ...more,
  };
  return { caller, requests, lines: () => requests.map(lineOf), clock };
}

/** Moves on only when nothing else happens: whoever waits for an answer that comes does not see the time pass. */
function patientClock(): Clock {
  const clock = new ManualClock();
  clock.holdsSleepers = true;
  return {
    now: clock.now,
    monotonic: clock.monotonic,
    sleep: async (ms, signal) => {
      let isAsleep = true;
      const sleeping = clock.sleep(ms, signal).finally(() => {
        isAsleep = false;
      });
      const turns = async (): Promise<void> => {
        for (let turn = 0; turn < 10 && isAsleep; turn += 1) await new Promise(setImmediate);
        if (isAsleep) clock.advance(ms);
      };
      await Promise.all([sleeping, turns()]);
    },
  };
}

function answerOf({ status = 200, headers = {}, body = '' }: Said): EngineAnswer {
  return { status, headers, body: piecesOf(body), close: () => undefined };
}

async function* piecesOf(body: unknown): AsyncGenerator<Uint8Array, void, void> {
  if (isPieces(body)) yield* body;
  else yield Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function isPieces(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

export function errno(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}
