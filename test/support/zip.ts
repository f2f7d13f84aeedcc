import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  /** A folder with a trailing slash. Written as it is, however wrong. */
  readonly path: string;
  readonly data?: string | Uint8Array;
  /** Unix mode with type; default: a plain file, 0644. */
  readonly mode?: number;
  /** Says that it is encrypted. */
  readonly isEncrypted?: boolean;
  /** What the directory says it unpacks to, instead of the truth. */
  readonly claimedSize?: number;
  readonly isDeflated?: boolean;
}

/** Bytes of a zip file with these entries, in this order. Time stands still in it: the same entries, the same bytes. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(file.path);
    const data = Buffer.from(file.data ?? '');
    const packed = file.isDeflated === true ? deflateRawSync(data) : data;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((file.isEncrypted === true ? 1 : 0) | 0x800, 2);
    fields.writeUInt16LE(file.isDeflated === true ? 8 : 0, 4);
    fields.writeUInt16LE(0x21, 8); // 1980-01-01
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(file.claimedSize ?? data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    locals.push(signature(0x04034b50), fields, name, packed);
    const rest = Buffer.alloc(14);
    const mode = file.mode ?? (file.path.endsWith('/') ? 0o040755 : 0o100644);
    rest.writeUInt32LE(mode * 2 ** 16, 6);
    rest.writeUInt32LE(offset, 10);
    // Made on Unix: the modes count.
    directory.push(signature(0x02014b50), Buffer.from([20, 3]), fields, rest, name);
    offset += 4 + fields.length + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, list, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
