import { closeSync, openSync, readSync } from 'node:fs';

export type Libc = 'glibc' | 'musl';

let known: Libc | null | undefined;

/** Which C library the running Node uses; null beside Linux, and where it cannot be told. */
export function libcOfNode(): Libc | null {
  if (process.platform !== 'linux') return null;
  known ??= libcNamedIn(headOf(process.execPath));
  return known;
}

/**
 * The interpreter that an ELF header names (elf(5), `PT_INTERP`): linkers put the name right behind the program
 * headers. Node's own way to tell, a diagnostic report, takes milliseconds.
 */
export function libcNamedIn(head: Buffer): Libc | null {
  const name = /\0(\/[\x21-\x7e]*\/ld-(?:linux|musl)[\x21-\x7e]*)\0/.exec(head.toString('latin1'))?.[1];
  if (name === undefined) return null;
  return name.includes('/ld-musl') ? 'musl' : 'glibc';
}

function headOf(program: string): Buffer {
  const head = Buffer.alloc(4096);
  const file = openSync(program, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}
