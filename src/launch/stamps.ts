import { STAMP_LENGTH } from '../system/launch/fast-stat.ts';

/**
 * What the cheap look at a store compares with: a stamp of every file, folder and link. Whatever changes a file's
 * bytes, size or mode, or what a folder holds, also sets the time of its last change of status (ctime), which nobody
 * but root can set back.
 */
export interface Stamps extends Stamped {
  /** The content that was there when the stamps were taken. */
  readonly content: string;
  /** What a start leaves out; see `inert-files.ts`. */
  readonly inert: Stamped;
}

export interface Stamped {
  /** Relative to the tree, with `/`. */
  readonly paths: readonly string[];
  /** `STAMP_LENGTH` numbers for each path. */
  readonly stamps: Float64Array;
}

const HEADER_LENGTH = 128;

/** One line of text, the numbers as this machine has them, the paths: read in well under a millisecond. */
export function encodeStamps({ content, paths, stamps, inert }: Stamps): Uint8Array {
  const lists = [paths, inert.paths].map((list) => Buffer.from(list.join('\n')));
  const counts = [paths.length, inert.paths.length, lists[0]?.length];
  const header = `mcpform stamps 1 ${content} ${counts.join(' ')}`.padEnd(HEADER_LENGTH - 1);
  return Buffer.concat([Buffer.from(`${header}\n`), bytesOf(stamps), bytesOf(inert.stamps), ...lists]);
}

/** Null for anything that is not whole: then the files themselves are looked at. */
export function decodeStamps(bytes: Buffer): Stamps | null {
  const header = bytes.toString('latin1', 0, HEADER_LENGTH);
  const [, content, ...counts] = HEADER.exec(header) ?? [];
  if (content === undefined) return null;
  const [count = 0, inertCount = 0, listLength = 0] = counts.map(Number);
  const inertStart = HEADER_LENGTH + count * ROW;
  const listStart = inertStart + inertCount * ROW;
  const listEnd = listStart + listLength;
  if (bytes.length < listEnd) return null;
  const paths = linesOf(bytes.toString('utf8', listStart, listEnd));
  if (paths.length !== count) return null;
  return {
    content,
    paths,
    stamps: numbersAt(bytes, HEADER_LENGTH, count),
    inert: {
      // Most readers do not ask for them.
      get paths() {
        return linesOf(bytes.toString('utf8', listEnd));
      },
      stamps: numbersAt(bytes, inertStart, inertCount),
    },
  };
}

const HEADER = /^mcpform stamps 1 (sha256:[0-9a-f]{64}) (\d{1,9}) (\d{1,9}) (\d{1,9}) *\n$/;
const ROW = STAMP_LENGTH * 8;

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function numbersAt(bytes: Buffer, start: number, count: number): Float64Array {
  const place = bytes.byteOffset + start;
  if (place % 8 === 0) return new Float64Array(bytes.buffer, place, count * STAMP_LENGTH);
  return new Float64Array(new Uint8Array(bytes.subarray(start, start + count * ROW)).buffer);
}
