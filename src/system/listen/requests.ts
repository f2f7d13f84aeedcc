import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Listener, ListenPlace, ServedAnswer, ServeOptions } from '../../model/system.ts';
import { listenAt } from './listen-at.ts';

const HEADERS_MS = 5_000;
const KEEP_ALIVE_MS = 1_000;
const MAX_HEADER_BYTES = 16 * 1024;
const TOO_LARGE = 413;
const GOODBYE_MS = 500;

/** See `Network.serve`. */
export async function serveRequests(place: ListenPlace, options: ServeOptions): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: Math.min(HEADERS_MS, options.requestMs),
      requestTimeout: options.requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // How often the two above are looked at.
      connectionsCheckingInterval: Math.min(1_000, options.requestMs),
      maxHeaderSize: MAX_HEADER_BYTES,
      joinDuplicateHeaders: true,
    },
    (request, response) => {
      answer(request, response, options).catch(() => response.destroy());
    },
  );
  server.maxConnections = options.maxConnections;
  // Nobody is told to go on with a body before it is known how long that is.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (isTooLong(request, options)) return write(response, { status: TOO_LARGE }, true);
    response.writeContinue();
    server.emit('request', request, response);
  });
  return await listenAt(place, server, () => server.closeAllConnections());
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const body = isTooLong(request, options) ? null : await readBody(request, options.maxBodyBytes);
  if (body === null) return write(response, { status: TOO_LARGE }, true);
  const { method = '', url: target = '', headers } = request;
  const served = { method, target, headers: joined(headers), body };
  write(response, await options.answer(served).catch(() => ({ status: 500 })), false);
}

function isTooLong({ headers }: IncomingMessage, { maxBodyBytes }: ServeOptions): boolean {
  return Number(headers['content-length'] ?? 0) > maxBodyBytes;
}

/** Null when it is longer than that. Rejects when it does not come to its end. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.byteLength;
      if (bytes <= maxBytes) return void pieces.push(piece);
      pieces.length = 0;
      resolve(null);
    });
    request.once('end', () => resolve(Buffer.concat(pieces)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the request was given up')));
  });
}

function joined(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

function write(
  response: ServerResponse,
  { status, headers, body = '' }: ServedAnswer,
  isLast: boolean,
): void {
  const all = { 'content-length': String(Buffer.byteLength(body)), ...headers };
  response.writeHead(status, isLast ? { ...all, connection: 'close' } : all);
  response.end(body);
  if (!isLast) return;
  // Closed at once, the answer would be lost with what is still on its way to us.
  const { req: request } = response;
  request.resume();
  setTimeout(() => void request.destroy(), GOODBYE_MS).unref();
}
