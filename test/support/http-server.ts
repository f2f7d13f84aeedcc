import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingServer {
  readonly port: number;
  /** Headers of the last request to each path, upgrades included. */
  readonly headers: ReadonlyMap<string, IncomingHttpHeaders>;
  readonly close: () => Promise<void>;
}

/** Notes who asks for what on loopback, and refuses: enough to see what a client sends. */
export function recordingServer(): Promise<RecordingServer> {
  const headers = new Map<string, IncomingHttpHeaders>();
  const server = createServer((request, response) => {
    headers.set(request.url ?? '', request.headers);
    response.writeHead(500).end();
  });
  server.on('upgrade', (request, socket) => {
    headers.set(request.url ?? '', request.headers);
    socket.destroy();
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.closeAllConnections();
          server.close(() => closed());
        });
      done({ port, headers, close });
    });
  });
}
