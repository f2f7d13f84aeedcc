import {
  createServer,
  type IncomingMessage,
  request as requestUpstream,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Passed {
  readonly method: string;
  readonly url: string;
  readonly status: number;
}

/** Stands before a real registry, and knows what was asked of it and how it was answered. */
export interface RecordingProxy {
  /** As in names of images. */
  readonly host: string;
  /** Requests that were answered, in that order. */
  readonly passed: readonly Passed[];
  /** While true for a request, its answer stops after the first bytes of its body. */
  holds: (request: Pick<IncomingMessage, 'method' | 'url'>) => boolean;
  /** Called when a request was answered. */
  onPassed: (passed: Passed) => void;
  readonly close: () => Promise<void>;
}

export async function startProxy(upstream: string): Promise<RecordingProxy> {
  const passed: Passed[] = [];
  const [hostname = '', port = ''] = upstream.split(':');
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const outgoing = requestUpstream({ hostname, port, method, path: url, headers }, (answer) => {
      const { statusCode: status = 0 } = answer;
      response.writeHead(status, answer.headers);
      answer.on('end', () => {
        const one = { method, url, status };
        passed.push(one);
        proxy.onPassed(one);
      });
      if (proxy.holds({ method, url })) sendFirstBytes(answer, response);
      else answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const proxy: RecordingProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    holds: () => false,
    onPassed: () => {},
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return proxy;
}

function sendFirstBytes(answer: IncomingMessage, response: ServerResponse): void {
  answer.once('data', (piece: Buffer) => {
    answer.pause();
    response.write(piece.subarray(0, 1));
  });
}
