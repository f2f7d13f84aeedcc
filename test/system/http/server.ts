import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from '../../support/certificates.ts';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly IncomingMessage[];
  /** Connections that were made. */
  readonly connections: () => number;
  readonly server: Server;
  readonly close: () => Promise<void>;
}

/** A server on loopback that answers as told and remembers who asked. */
export function serve(answer: RequestListener, certificates?: Certificates): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    answer(request, response);
  };
  const server =
    certificates === undefined
      ? createServer(listener)
      : createTlsServer({ key: certificates.key, cert: certificates.certificate }, listener);
  server.on('connection', () => connections++);
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const scheme = certificates === undefined ? 'http' : 'https';
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.closeAllConnections();
          server.close(() => closed());
        });
      done({
        url: `${scheme}://127.0.0.1:${port}`,
        port,
        requests,
        connections: () => connections,
        server,
        close,
      });
    });
  });
}
