const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** `812 B`, `1.2 KiB`, `256 MiB`: as memory is counted, and limits of it are written. */
export function binaryWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // What would be shown as 1024.0 is 1 of the next.
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1).replace(/\.0$/, '')} ${UNITS[unit]}`;
}
