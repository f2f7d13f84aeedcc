import { createHash } from 'node:crypto';
import { sourceError } from './fail.ts';
import type { Mirror } from './open-mirror.ts';
import { Damaged } from './transfer-failure.ts';

/** Of one file; nobody's manifest or lock is this large, and nothing larger comes into memory. */
export const maxBlobBytes = 16 * 2 ** 20;
/** Of all that one call reads. */
const maxTotalBytes = 128 * 2 ** 20;

/** Sizes of blobs by their ids. */
export async function blobSizes(
  ids: readonly string[],
  mirror: Pick<Mirror, 'read'>,
): Promise<ReadonlyMap<string, number>> {
  const text = (await mirror.read(['cat-file', '--batch-check'], `${ids.join('\n')}\n`)).toString('utf8');
  const sizes = text.split('\n').flatMap((line): readonly (readonly [string, number])[] => {
    const [, id, size] = /^([0-9a-f]+) blob (\d+)$/.exec(line) ?? [];
    return id === undefined ? [] : [[id, Number(size)]];
  });
  const found = new Map(sizes);
  const lost = ids.find((id) => !found.has(id));
  if (lost !== undefined) throw damaged(`has no object ${lost}`);
  return found;
}

/** Contents of blobs by their ids, each hashed again. Throws SOURCE_UNAVAILABLE where they are too large. */
export async function readBlobs(
  ids: readonly string[],
  mirror: Pick<Mirror, 'read'>,
): Promise<ReadonlyMap<string, Buffer>> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return new Map();
  const sizes = await blobSizes(unique, mirror);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total > maxTotalBytes || [...sizes.values()].some((size) => size > maxBlobBytes)) {
    throw sourceError(
      'SOURCE_UNAVAILABLE',
      `a manifest, lock or file beside them has more than ${maxBlobBytes / 2 ** 20} MiB, or all of them ${maxTotalBytes / 2 ** 20} MiB`,
      'check what was committed',
    );
  }
  const stream = await mirror.read(['cat-file', '--batch'], `${unique.join('\n')}\n`);
  return splitBatch(unique, stream);
}

/** `ID blob SIZE\n` and that many bytes and `\n`, for each. */
function splitBatch(ids: readonly string[], stream: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  let at = 0;
  for (const id of ids) {
    const end = stream.indexOf(10, at);
    const [found, type, size] = stream.toString('latin1', at, end === -1 ? at : end).split(' ');
    const start = end + 1;
    const bytes = stream.subarray(start, start + Number(size));
    if (found !== id || type !== 'blob' || idOf(bytes, id) !== id)
      throw damaged(`has another object as ${id}`);
    // A copy, so that one small file does not keep all of them in memory.
    blobs.set(id, Buffer.from(bytes));
    at = start + Number(size) + 1;
  }
  return blobs;
}

/** SHA-1, or SHA-256 where the repository has that. */
function idOf(bytes: Buffer, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function damaged(what: string): Damaged {
  const hint = 'look at the disk of the cache folder';
  return new Damaged(sourceError('SOURCE_UNAVAILABLE', `the mirror of the repository ${what}`, hint));
}
