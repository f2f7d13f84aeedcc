const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** `812 B`, `1.2 kB`, `45.3 MB`: in thousands, as registries and Docker count. */
export function bytesWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  // What would be shown as 1000.0 is 1.0 of the next.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}
