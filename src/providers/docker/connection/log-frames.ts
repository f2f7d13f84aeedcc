import type { LogLine } from '../engine.ts';

type Stream = LogLine['stream'];

/** A longer line comes in pieces: nobody reads it, and it must not fill the memory. */
const MAX_LINE_BYTES = 1024 * 1024;

/**
 * The lines of a log that was asked for with times. Without a terminal an engine sends frames: a stream's number, three
 * bytes of nothing, the length in four bytes, then that many. With one it sends what the terminal got.
 * https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerAttach
 */
export async function* readLogLines(
  bytes: AsyncIterable<Uint8Array>,
  { isFramed }: { readonly isFramed: boolean },
): AsyncGenerator<LogLine, void, void> {
  const open: Record<Stream, Buffer[]> = { stdout: [], stderr: [] };
  for await (const { stream, piece } of isFramed ? frames(bytes) : rawLines(bytes)) {
    const begun = open[stream];
    // A line that is too long for one entry of the log is several, each with a time.
    begun.push(begun.length === 0 ? piece : withoutTime(piece));
    const isWhole = piece.at(-1) === LINE_FEED;
    if (!isWhole && sizeOf(begun) < MAX_LINE_BYTES) continue;
    open[stream] = [];
    yield toLine(stream, begun);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    if (open[stream].length > 0) yield toLine(stream, open[stream]);
  }
}

const LINE_FEED = 0x0a;
const HEADER_BYTES = 8;
const STDERR = 2;

interface Piece {
  readonly stream: Stream;
  readonly piece: Buffer;
}

async function* frames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Piece, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + rest.readUInt32BE(at + 4);
      if (rest.length < end) break;
      yield {
        stream: rest[at] === STDERR ? 'stderr' : 'stdout',
        piece: rest.subarray(at + HEADER_BYTES, end),
      };
      at = end;
    }
    rest = rest.subarray(at);
  }
}

async function* rawLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Piece, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED, at)) {
      yield { stream: 'stdout', piece: rest.subarray(at, end + 1) };
      at = end + 1;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) yield { stream: 'stdout', piece: rest };
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((bytes, piece) => bytes + piece.length, 0);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) /;

function withoutTime(piece: Buffer): Buffer {
  const time = TIME.exec(piece.toString('latin1', 0, 64))?.[0] ?? '';
  return piece.subarray(time.length);
}

function toLine(stream: Stream, pieces: readonly Buffer[]): LogLine {
  const whole = Buffer.concat(pieces)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  const time = TIME.exec(whole)?.[0] ?? '';
  return { stream, time: time.trimEnd(), text: whole.slice(time.length) };
}
