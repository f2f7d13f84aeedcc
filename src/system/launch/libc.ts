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
  const at = head.indexOf('/ld-');
  const name = at === -1 ? '' : head.toString('latin1', at, at + 9);
  if (name === '/ld-musl-') return 'musl';
  return name === '/ld-linux' ? 'glibc' : null;
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
