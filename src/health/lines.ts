import { MOST } from './bounds.ts';

/** The lines of a stream without their ends; `spend` is told of every piece, and may throw. */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  spend: (bytes: number) => void,
): AsyncGenerator<string, void, void> {
  let pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    spend(piece.length);
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      yield textOf([...pieces, piece.subarray(start, end)]);
      pieces = [];
      start = end + 1;
    }
    if (start < piece.length) pieces.push(piece.subarray(start));
  }
  if (pieces.length > 0) yield textOf(pieces);
}

function textOf(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString().replace(/\r$/, '');
}

/** The end of a log: whole lines, not many, of a stream that is read to its end. */
export interface Tail {
  readonly done: Promise<void>;
  lines(): readonly string[];
}

export function tailOf(stream: AsyncIterable<Uint8Array>): Tail {
  let kept = Buffer.alloc(0);
  let isCut = false;
  const read = async (): Promise<void> => {
    for await (const piece of stream) {
      const all = Buffer.concat([kept, piece]);
      isCut ||= all.length > MOST.logBytes;
      kept = all.subarray(-MOST.logBytes);
    }
  };
  return {
    done: read(),
    lines: () => lastLines(kept, isCut),
  };
}

/** The last lines that say something. `isCut`: the first may have lost its beginning, and with it what tells a secret. */
export function lastLines(bytes: Uint8Array, isCut = bytes.length > MOST.logBytes): readonly string[] {
  const lines = Buffer.from(bytes).subarray(-MOST.logBytes).toString().split('\n');
  return (isCut ? lines.slice(1) : lines).filter((line) => line.trim() !== '').slice(-MOST.logLines);
}
