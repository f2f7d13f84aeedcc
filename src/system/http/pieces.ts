/** Slower than this on the whole, a sender only wants to keep us waiting. */
const MIN_BYTES_PER_MS = 1;

export interface PiecesOptions {
  /** Waiting that is free, whatever comes of it. */
  readonly patienceMs: number;
  readonly toReason: (error: unknown) => unknown;
}

/**
 * The pieces of a body, with failures as `toReason` has them. A body that drips, each piece just within its time,
 * ends as ETIMEDOUT. Only the waiting counts, so that a slow reader is not held against the sender.
 */
export async function* readPieces(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  { patienceMs, toReason }: PiecesOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const pieces = body[Symbol.asyncIterator]();
  let bytes = 0;
  let waitedMs = 0;
  try {
    for (;;) {
      const startMs = performance.now();
      const { done, value } = await pieces.next();
      if (done === true) return;
      waitedMs += performance.now() - startMs;
      bytes += value.length;
      if (waitedMs > patienceMs + bytes / MIN_BYTES_PER_MS) {
        throw Object.assign(new Error('the body comes too slowly'), { code: 'ETIMEDOUT' });
      }
      yield value;
    }
  } catch (error) {
    throw toReason(error);
  } finally {
    body.destroy();
  }
}
