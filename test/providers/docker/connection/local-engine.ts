import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Heard {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Something that speaks HTTP on a socket, and does what a test wants. */
export interface LocalEngine {
  readonly socket: string;
  readonly heard: readonly Heard[];
  /** How many connections were made so far. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

export async function startLocalEngine(
  answer: (heard: Heard, response: ServerResponse) => void,
): Promise<LocalEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpform-local-engine-'));
  const socket = join(folder, 'd.sock');
  const heard: Heard[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { url = '', method = '', headers } = request;
    const each = { url, method, headers, body: Buffer.concat(pieces).toString() };
    heard.push(each);
    answer(each, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    heard,
    connections: () => connections,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
