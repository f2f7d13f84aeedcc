import { gzipSync } from 'node:zlib';

/** A package as npm packs one: a gzipped tar whose files lie below `package/`. The same files give the same bytes. */
export function packTarball(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).flatMap(([name, text]) => {
    const content = Buffer.from(text);
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return [header({ name: `package/${name}`, size: content.length, type: '0' }), content, padding];
  });
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}

/** A tar with one entry that is a symbolic link, which npm never packs. */
export function packLink(name: string, target: string, files: Readonly<Record<string, string>>): Buffer {
  const link = header({ name: `package/${name}`, size: 0, type: '2', target });
  const rest = Object.entries(files).flatMap(([file, text]) => {
    const content = Buffer.from(text);
    return [
      header({ name: `package/${file}`, size: content.length, type: '0' }),
      content,
      Buffer.alloc((512 - (content.length % 512)) % 512),
    ];
  });
  return gzipSync(Buffer.concat([link, ...rest, Buffer.alloc(1024)]));
}

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly type: '0' | '2';
  readonly target?: string;
}

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format" */
export function header({ name, size, type, target = '' }: Entry): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0, 100);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(target, 157, 100);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
