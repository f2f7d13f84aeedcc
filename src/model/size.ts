const POWERS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

/**
 * `256Mi`, `1g`, `512MB` or 1048576 in bytes, as Docker reads sizes: every unit is a power of 1024, with or without
 * the `i`. The schema has checked the form.
 */
export function toBytes(size: string | number): number {
  if (typeof size === 'number') return size;
  const [, amount, unit = ''] = /^([0-9.]+)([kmgt]?)/i.exec(size) ?? [];
  return Math.floor(Number(amount) * 1024 ** (POWERS[unit.toLowerCase()] as number));
}
