import { createHash } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Peer {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  send(text: string): void;
  /** Says goodbye, as the protocol has it. */
  close(): void;
}

export interface WebSocketManner {
  onOpen?(peer: Peer): void;
  onText?(text: string, peer: Peer): void;
  /** Default: agrees to a close. */
  onClose?(peer: Peer): void;
  /** What is agreed to. Default: the first that is asked for. */
  readonly protocol?: string;
}

const TEXT = 1;
const CLOSE = 8;

/** Makes an HTTP server speak WebSocket, as far as RFC 6455 makes it for texts that come in one frame. */
export function speakWebSocket(server: Server, manner: WebSocketManner): void {
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const protocol = manner.protocol ?? request.headers['sec-websocket-protocol']?.split(',')[0] ?? '';
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
      ...(protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    ];
    socket.on('error', () => undefined);
    // Half of a connection stays open otherwise, after the client has gone.
    socket.on('end', () => socket.destroy());
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const peer: Peer = {
      request,
      socket,
      send: (text) => void socket.write(frame(TEXT, Buffer.from(text))),
      close: () => void socket.write(frame(CLOSE, Buffer.of())),
    };
    const agree =
      manner.onClose ?? ((to: Peer) => void socket.end(frame(CLOSE, Buffer.of()), () => to.socket.destroy()));
    let waiting = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      waiting = Buffer.concat([waiting, piece]);
      for (let read = unmask(waiting); read !== null; read = unmask(waiting)) {
        waiting = waiting.subarray(read.size);
        if (read.opcode === TEXT) manner.onText?.(read.payload.toString(), peer);
        if (read.opcode === CLOSE) agree(peer);
      }
    });
    manner.onOpen?.(peer);
  });
}

/** Section 5.2: a whole message, unmasked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  if (payload.length < 126) {
    head[1] = payload.length;
    return Buffer.concat([head.subarray(0, 2), payload]);
  }
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

/** The first frame of what a client sent; null when it is not all there. */
function unmask(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | null {
  if (bytes.length < 6) return null;
  const short = (bytes[1] as number) & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extra + 4;
  if (bytes.length < start) return null;
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return null;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let at = 0; at < payload.length; at += 1)
    payload[at] = (payload[at] as number) ^ (mask[at % 4] as number);
  return { opcode: (bytes[0] as number) & 0x0f, payload, size: start + length };
}
