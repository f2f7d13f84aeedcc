import { isErrno, McpformError } from '../../model/error.ts';
import type { BlobReference } from './copy-references.ts';
import type { BlobResult, Place, Target } from './copy-types.ts';

export interface BlobCopy {
  readonly blob: BlobReference;
  readonly from: Place;
  /** Repository of the target. */
  readonly to: string;
  readonly target: Target;
  /** Whether `from` is in the target registry too. */
  readonly isSameRegistry: boolean;
  /** Bytes that were sent; negative when they were in vain. */
  readonly onBytes: (bytes: number) => void;
}

/** Whether the repository has the blob; remembered, as a place it can be taken over from. */
export async function isThere(digest: string, repository: string, target: Target): Promise<boolean> {
  const has = await target.registry.hasBlob(repository, digest);
  if (has) placesOf(digest, target).add(repository);
  return has;
}

/**
 * Brings a blob that was not there to the target repository: from another repository of the target registry where that
 * lets us, else through this machine, piece by piece. A blob that several images have is sent once.
 */
export async function bringBlob(copy: BlobCopy): Promise<BlobResult> {
  const { blob, to, target } = copy;
  const { digest } = blob;
  const places = placesOf(digest, target);
  // Once there is a place to take it from, nobody has to wait for anybody.
  for (let other = target.underway.get(digest); other !== undefined; other = target.underway.get(digest)) {
    if (places.size > 0) break;
    await other;
  }
  if (places.has(to)) return 'there';
  const bringing = takeOrSend(copy);
  const settled = bringing.then(
    () => {},
    () => {},
  );
  target.underway.set(digest, settled);
  try {
    const result = await bringing;
    if (result !== 'elsewhere') places.add(to);
    return result;
  } finally {
    if (target.underway.get(digest) === settled) target.underway.delete(digest);
  }
}

function placesOf(digest: string, { places }: Target): Set<string> {
  const known = places.get(digest) ?? new Set();
  places.set(digest, known);
  return known;
}

async function takeOrSend(copy: BlobCopy): Promise<BlobResult> {
  const { blob, from, to, target, isSameRegistry } = copy;
  const [known] = placesOf(blob.digest, target);
  const place = isSameRegistry ? from.repository : known;
  if (place !== undefined && (await mount(blob.digest, to, { place, target }))) return 'mounted';
  if (blob.isForeign && !(await from.registry.hasBlob(from.repository, blob.digest))) return 'elsewhere';
  return await target.transfers(() => sendWithRetries(copy));
}

/** Not everybody who may write to a repository may read the other one: then the blob is sent. */
async function mount(
  digest: string,
  to: string,
  { place, target: { registry } }: { readonly place: string; readonly target: Target },
): Promise<boolean> {
  try {
    return await registry.mountBlob(to, digest, place);
  } catch (error) {
    if (isFailure(error, 'RESOLVE_DENIED', 'RESOLVE_NOT_FOUND')) return false;
    throw error;
  }
}

const PAUSES_MS = [1000, 4000];

/** What is sent in pieces can be sent once only, so that nobody below here tries again. */
async function sendWithRetries(copy: BlobCopy): Promise<BlobResult> {
  const { blob, to, target } = copy;
  for (const pauseMs of PAUSES_MS) {
    target.signal.throwIfAborted();
    try {
      await send(copy);
      return 'sent';
    } catch (error) {
      if (!isWorthAnother(error)) throw error;
      await target.clock.sleep(pauseMs, target.signal);
      // The answer may be all that was lost.
      if (await isThere(blob.digest, to, target)) return 'sent';
    }
  }
  await send(copy);
  return 'sent';
}

/** Not what took too long: that has cost its time already. */
function isWorthAnother(error: unknown): boolean {
  return isFailure(error, 'RESOLVE_UNAVAILABLE') && !isErrno((error as McpformError).cause, 'ETIMEDOUT');
}

async function send({ blob, from, to, target, onBytes }: BlobCopy): Promise<void> {
  let sent = 0;
  const reading = await startReading(from.registry.streamBlob(from.repository, blob));
  const counted = count(reading.pieces, (bytes) => {
    sent += bytes;
    onBytes(bytes);
  });
  try {
    await target.registry.uploadBlob(to, blob, counted);
  } catch (error) {
    onBytes(-sent);
    throw error;
  } finally {
    // An upload that failed may not have read to the end, and the source would wait for us.
    await reading.close();
  }
}

interface Reading {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly close: () => Promise<unknown>;
}

/**
 * Waits for the first piece, so that no upload begins of what cannot be had; and so that a registry which is both
 * never has all its connections taken by uploads that wait for downloads.
 */
async function startReading(source: AsyncIterable<Uint8Array>): Promise<Reading> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { pieces: pieces(), close: async () => await iterator.return?.() };
}

async function* count(
  pieces: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) {
    onBytes(piece.length);
    yield piece;
  }
}

function isFailure(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof McpformError && codes.includes(error.code);
}
