import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { isErrno, McpformError } from '../../model/error.ts';
import type { LineConnection, Listener } from '../../model/system.ts';
import type { LoopState, PassReport, Wake, WakeSource } from '../model.ts';
import {
  type ControlContext,
  controlPlace,
  forgetShortSocket,
  namedSocket,
  nameShortSocket,
} from './control-place.ts';
import { type ControlAnswer, MAX_LINE_BYTES, parseRequest } from './control-protocol.ts';
import { isAnswered, takeSocket } from './take-socket.ts';

export interface ControlSocket extends WakeSource {
  /** The pass that was made for this request is over: whoever asked for it is told. */
  answer(id: string, report: PassReport): void;
}

const LIMITS = { maxConnections: 64, maxLineBytes: MAX_LINE_BYTES, firstLineMs: 5_000 };
/** Of one connection. */
const MOST_REQUESTS = 100;

/**
 * Listens in the books' folder for whoever asks for a pass, or how things are. The folder and the socket are this user's
 * alone: that is all there is to show. Does not start (LOOP_SOCKET) where another loop answers.
 */
export function controlSocket(books: string, status: () => LoopState, ctx: ControlContext): ControlSocket {
  let listener: Listener | null = null;
  let forget: () => Promise<void> = async () => undefined;
  const waiting = new Map<string, LineConnection>();
  return {
    start: async (onWake) => {
      const onConnection = (connection: LineConnection): void =>
        void attend(connection, { waiting, onWake, status });
      const place = controlPlace(books, ctx);
      const old = await namedSocket(place, ctx);
      if (place.kind === 'direct') {
        listener = await listen(place.path, onConnection, ctx);
        return;
      }
      if (old !== null && (await isAnswered(old, ctx))) throw answered(old);
      await forgetShortSocket(place.file, old, ctx);
      const path = await nameShortSocket(place.file, ctx);
      forget = () => forgetShortSocket(place.file, path, ctx);
      listener = await listen(path, onConnection, ctx);
    },
    settle: async () => undefined,
    answer: (id, report) => {
      const connection = waiting.get(id);
      waiting.delete(id);
      if (connection !== undefined) send(connection, { answer: 'pass', value: report });
    },
    close: async () => {
      for (const connection of waiting.values()) {
        send(connection, { answer: 'refused', message: 'the loop ends' });
      }
      waiting.clear();
      await listener?.close();
      await forget();
    },
  };
}

interface Desk {
  readonly waiting: Map<string, LineConnection>;
  readonly onWake: (wake: Wake) => void;
  readonly status: () => LoopState;
}

async function attend(connection: LineConnection, { waiting, onWake, status }: Desk): Promise<void> {
  let requests = 0;
  for await (const line of connection.lines) {
    requests += 1;
    const request = requests > MOST_REQUESTS ? null : parseRequest(line);
    if (request === null) {
      send(connection, {
        answer: 'refused',
        message: 'a request is {"request":"pass"} or {"request":"status"}',
      });
      break;
    }
    if (request === 'status') {
      send(connection, { answer: 'status', value: status() });
      continue;
    }
    const id = randomUUID();
    waiting.set(id, connection);
    onWake({ kind: 'request', id });
  }
  connection.close();
  for (const [id, each] of waiting) if (each === connection) waiting.delete(id);
}

function send(connection: LineConnection, answer: ControlAnswer): void {
  connection.send(JSON.stringify(answer));
}

async function listen(
  path: string,
  onConnection: (connection: LineConnection) => void,
  ctx: ControlContext,
): Promise<Listener> {
  const { files, network } = ctx.system;
  const begin = async (): Promise<Listener> => {
    if (network.listen === undefined) throw new Error('nobody may be listened to here');
    return await network.listen({ kind: 'unix', path }, { ...LIMITS, onConnection });
  };
  try {
    if (ctx.platform !== 'win32') await files.makeFolder(dirname(path), 0o700);
    return await takeSocket(path, begin, ctx);
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE') && (await isAnswered(path, ctx))) throw answered(path);
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new McpformError('LOOP_SOCKET', `cannot listen at "${path}" (${error.code})`, {
      hint: 'see what is there, and whether you may write in its folder',
      cause: error,
    });
  }
}

function answered(path: string): McpformError {
  return new McpformError('LOOP_SOCKET', `another loop of this stack answers at "${path}"`, {
    hint: 'stop it first, or let it be: one loop per stack is enough',
  });
}
