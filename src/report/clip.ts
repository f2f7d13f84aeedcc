/** Text of at most about `max` characters: what is longer keeps its beginning and its end, and says what is not there. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.floor(max / 4);
  // Half of a pair would be shown as an escape that nobody wrote.
  const first = text.slice(0, max - end).replace(/[\uD800-\uDBFF]$/, '');
  const last = text.slice(text.length - end).replace(/^[\uDC00-\uDFFF]/, '');
  return `${first}…(${text.length - first.length - last.length} characters left out)…${last}`;
}

/** The same data with every text in it clipped, keys too: of what is shown, no time may depend on what is not. */
export function clipTexts<T>(value: T, max: number): T {
  return clipped(value, max) as T;
}

function clipped(value: unknown, max: number): unknown {
  if (typeof value === 'string') return clip(value, max);
  if (Array.isArray(value)) return value.map((item) => clipped(item, max));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clip(key, max), clipped(item, max)]));
}
