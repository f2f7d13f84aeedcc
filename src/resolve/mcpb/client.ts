import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { McpformError } from '../../model/error.ts';

/** One entry of a zip file as its directory describes it; nothing was unpacked yet, and nothing of it is trusted. */
export interface ZipEntry {
  readonly path: string;
  /** Bytes it unpacks to: reading fails when there are more or fewer. */
  readonly size: number;
  readonly packedSize: number;
  /** Unix mode with its type; 0 when whoever packed it knew none. */
  readonly mode: number;
  readonly isReadable: boolean;
  read(): Promise<Buffer>;
}

/** Nobody bundles that many files; a directory of millions is an attack on memory. */
const maxEntries = 100_000;

/** The entries of a zip file in memory. Absolute paths, `..` and backslashes are RESOLVE_UNSAFE. */
export async function readZip(bytes: Buffer): Promise<readonly ZipEntry[]> {
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
    if (zip.entryCount > maxEntries) throw new Error(`it has more than ${maxEntries} entries`);
    const entries: ZipEntry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(describe(entry, zip));
    return entries;
  } catch (error) {
    throw broken(error);
  }
}

function describe(entry: Entry, zip: ZipFile): ZipEntry {
  const isUnix = entry.versionMadeBy >> 8 === 3;
  return {
    path: entry.fileName,
    size: entry.uncompressedSize,
    packedSize: entry.compressedSize,
    mode: isUnix ? entry.externalFileAttributes >>> 16 : 0,
    isReadable: entry.canDecodeFileData(),
    read: () => readEntry(entry, zip),
  };
}

async function readEntry(entry: Entry, zip: ZipFile): Promise<Buffer> {
  try {
    const stream = await zip.openReadStreamPromise(entry);
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  } catch (error) {
    throw broken(error);
  }
}

function broken(error: unknown): McpformError {
  const reason = error instanceof Error ? error.message : String(error);
  return new McpformError('RESOLVE_UNSAFE', `it is not a zip file that may be unpacked: ${reason}`, {
    cause: error,
  });
}
