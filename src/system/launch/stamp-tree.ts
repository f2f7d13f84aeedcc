import { STAMP_LENGTH, stampPaths } from './fast-stat.ts';

/** The stamps of paths below a folder; null when one of them is not there. */
export function stampTree(folder: string, paths: readonly string[]): Float64Array<ArrayBuffer> | null {
  return stampsFrom(`${folder}/`, paths);
}

/**
 * Whether everything below the folder still has its stamps. `isAlone`: nothing else runs in this process, so that it
 * may go to the folder and look from there; the kernel walks shorter paths, and 4,700 looks take 9 instead of 12 ms.
 */
export function hasStamps(
  folder: string,
  { paths, stamps }: { readonly paths: readonly string[]; readonly stamps: Float64Array },
  isAlone: boolean,
): boolean {
  const back = isAlone ? goTo(folder) : null;
  try {
    const now = stampsFrom(back === null ? `${folder}/` : '', paths);
    return now !== null && bytesOf(now).equals(bytesOf(stamps));
  } finally {
    back?.();
  }
}

function stampsFrom(prefix: string, paths: readonly string[]): Float64Array<ArrayBuffer> | null {
  const stamps = new Float64Array(paths.length * STAMP_LENGTH);
  const look = stampPaths(prefix === '' ? '.' : prefix);
  return look(paths, prefix, stamps) ? stamps : null;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Goes to a folder, and gives the way back; null when there might be none. */
function goTo(folder: string): (() => void) | null {
  try {
    const before = process.cwd();
    // A working directory that was removed, or may not be entered any more, could not be returned to.
    process.chdir(before);
    process.chdir(folder);
    return () => process.chdir(before);
  } catch {
    return null;
  }
}
