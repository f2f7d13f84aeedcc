/** A JSON value as `JSON.parse` returns it. Never mutated by anyone. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** RFC 6901, e.g. `/env/GITHUB_TOKEN`. The whole value is the empty string. */
export type Pointer = string;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is nested deeper than so many levels. Far from where recursion over it would hurt. */
export function isDeeperThan(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member: Json) => isDeeperThan(member, levels - 1));
}

export function toPointer(path: readonly string[]): Pointer {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function fromPointer(pointer: Pointer): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** One text per value: object keys sorted by code unit, no white space. Equal values give equal text. */
export function canonicalJson(value: Json): string {
  // Written out in loops: every plan does this for every entry it looks at.
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = '[';
    for (const item of value) text += text === '[' ? canonicalJson(item) : `,${canonicalJson(item)}`;
    return `${text}]`;
  }
  const object = value as JsonObject;
  let text = '{';
  for (const key of Object.keys(object).sort()) {
    const member = `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`;
    text += text === '{' ? member : `,${member}`;
  }
  return `${text}}`;
}

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalJson(a) === canonicalJson(b);
}
