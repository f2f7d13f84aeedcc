import {
  createServer,
  type IncomingMessage,
  request as requestUpstream,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

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
  /** What becomes of an answer's body: `hold` sends its first byte and waits for ever, `spoil` changes all bytes. */
  treat: (request: Pick<IncomingMessage, 'method' | 'url'>) => 'pass' | 'hold' | 'spoil';
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
      const treatment = proxy.treat({ method, url });
      if (treatment === 'hold') sendFirstByte(answer, response);
      else if (treatment === 'spoil') answer.pipe(spoiler()).pipe(response);
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
    treat: () => 'pass',
    onPassed: () => {},
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return proxy;
}

function sendFirstByte(answer: IncomingMessage, response: ServerResponse): void {
  answer.once('data', (piece: Buffer) => {
    answer.pause();
    response.write(piece.subarray(0, 1));
  });
}

function spoiler(): Transform {
  return new Transform({
    transform: (piece: Buffer, _encoding, done) => done(null, Buffer.alloc(piece.length, 'x')),
  });
}
