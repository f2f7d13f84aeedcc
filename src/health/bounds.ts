import { Broken } from './trouble.ts';

/** What real servers stay far below. */
export const MOST = {
  /** All that a server may send in one handshake. */
  bytes: 8 * 2 ** 20,
  /** Of one list, and entries in it. */
  pages: 100,
  names: 10_000,
  /** Kept of a program's log. */
  logBytes: 16 * 1024,
  logLines: 10,
  /** Kept of a body, to show what it was. */
  headBytes: 4096,
};

/** How long after a stream's end its last message may still be on its way through the library. */
export const SETTLE_MS = 250;

/** How long a server may take to forget us. */
export const GOODBYE_MS = 1000;

/** Counts all that a server sends, and throws once it is too much. */
export function openBudget(): (bytes: number) => void {
  let left = MOST.bytes;
  return (bytes) => {
    left -= bytes;
    if (left < 0) throw new Broken({ kind: 'too-large' });
  };
}
