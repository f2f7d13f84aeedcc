import { createServer, connect as dial, type Socket } from 'node:net';
import type {
  LineConnection,
  LineOptions,
  Listener,
  ListenOptions,
  ListenPlace,
} from '../../model/system.ts';
import { queueOf } from '../http/queue.ts';
import { listenAt } from './listen-at.ts';

/** See `Network.listen`. */
export async function listenForLines(place: ListenPlace, options: ListenOptions): Promise<Listener> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const impatience = setTimeout(() => void socket.destroy(), options.firstLineMs);
    socket.once('close', () => clearTimeout(impatience));
    options.onConnection(connectionOf(socket, options, () => clearTimeout(impatience)));
  });
  server.maxConnections = options.maxConnections;
  return await listenAt(place, server, () => {
    for (const socket of open) socket.destroy();
  });
}

/** See `Network.connect`. */
export function connectForLines(path: string, options: LineOptions): Promise<LineConnection> {
  return new Promise((resolve, reject) => {
    const socket = dial({ path });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(connectionOf(socket, options, () => undefined));
    });
  });
}

const GOODBYE_MS = 1_000;
/** Lines that nobody has read yet; then the other side waits. */
const MOST_WAITING = 100;

function connectionOf(socket: Socket, { maxLineBytes }: LineOptions, onLine: () => void): LineConnection {
  const queue = queueOf<string>();
  // A byte at a time is a thousand pieces of a line: each is looked at once.
  let pieces: Buffer[] = [];
  let bytes = 0;
  let waiting = 0;
  // What broke the connection is not told apart: it is over.
  socket.on('error', () => undefined);
  socket.once('close', queue.end);
  socket.once('end', queue.end);
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      if (bytes + end > maxLineBytes) return void socket.destroy();
      waiting += 1;
      queue.push(Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8'));
      onLine();
      pieces = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
    pieces.push(rest);
    bytes += rest.byteLength;
    if (bytes > maxLineBytes) socket.destroy();
    else if (waiting > MOST_WAITING) socket.pause();
  });
  return {
    lines: (async function* () {
      for await (const line of queue.items) {
        waiting -= 1;
        if (waiting === 0) socket.resume();
        yield line;
      }
    })(),
    send: (line) => {
      if (socket.destroyed || !socket.writable) return;
      socket.write(`${line}\n`);
      if (socket.writableLength > maxLineBytes) socket.destroy();
    },
    close: () => {
      queue.end();
      socket.end();
      setTimeout(() => void socket.destroy(), GOODBYE_MS).unref();
    },
  };
}

const LINE_FEED = 0x0a;
