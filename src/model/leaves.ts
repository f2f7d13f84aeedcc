import { canonicalJson, isJsonObject, type Json, type JsonObject, type Pointer, toPointer } from './json.ts';

/**
 * The leaves of an object: what is compared, owned and digested one by one. A scalar, a list (order matters,
 * so a list is one leaf) or an empty object. Sorted by pointer.
 */
export function leavesOf(value: JsonObject): ReadonlyMap<Pointer, Json> {
  const leaves: [Pointer, Json][] = [];
  collect(value, [], leaves);
  return new Map(leaves.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function collect(value: Json, path: readonly string[], leaves: [Pointer, Json][]): void {
  if (!isJsonObject(value) || (path.length > 0 && Object.keys(value).length === 0)) {
    leaves.push([toPointer(path), value]);
    return;
  }
  for (const key of Object.keys(value)) collect(value[key] as Json, [...path, key], leaves);
}

/** Keyed digest of one leaf, bound to its pointer. `digest` is the context's. */
export function digestLeaf(pointer: Pointer, value: Json, digest: (text: string) => string): string {
  return digest(`${pointer}\n${canonicalJson(value)}`);
}

/** Keyed digest of a whole object. */
export function digestWhole(value: JsonObject, digest: (text: string) => string): string {
  return digest(canonicalJson(value));
}

/** Whether `pointer` is `owner` or lies inside it. */
export function isWithin(pointer: Pointer, owner: Pointer): boolean {
  return pointer === owner || pointer.startsWith(`${owner}/`);
}
