import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface NotifyDouble {
  readonly host: string;
  readonly url: string;
  readonly received: readonly Received[];
  /** What the next requests get; then 200. */
  answer(...statuses: readonly (number | { status: number; headers: Record<string, string> })[]): void;
  close(): Promise<void>;
}

/** A place that takes notifications, on loopback. */
export async function notifyDouble(): Promise<NotifyDouble> {
  const received: Received[] = [];
  const answers: { status: number; headers: Record<string, string> }[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      received.push({ path, headers, body: Buffer.concat(pieces).toString() });
      const { status, headers: more } = answers.shift() ?? { status: 200, headers: {} };
      response.writeHead(status, more).end('ok');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    received,
    answer: (...statuses) => {
      for (const each of statuses) {
        answers.push(typeof each === 'number' ? { status: each, headers: {} } : each);
      }
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
