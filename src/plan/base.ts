import { type Json, type JsonObject, type Pointer, sameJson } from '../model/json.ts';
import { digestLeaf, leavesOf } from '../model/leaves.ts';

/** What we last wrote, as far as we can tell: the third side of the comparison. */
export interface Base {
  /** The leaves that are known to be ours. */
  readonly pointers: readonly Pointer[];
  owns(pointer: Pointer): boolean;
  /** Whether `value` is what we wrote there; `undefined` is "nothing". */
  matches(pointer: Pointer, value: Json | undefined): boolean;
}

/** Never written by us. */
export const NO_BASE: Base = {
  pointers: [],
  owns: () => false,
  matches: (_pointer, value) => value === undefined,
};

/** Ours, but what exactly we wrote is not known here: everything that differs may have moved on both sides. */
export const UNKNOWN_BASE: Base = { pointers: [], owns: () => true, matches: () => false };

/** From the inventory's keyed digests. */
export function digestBase(base: Readonly<Record<Pointer, string>>, digest: (text: string) => string): Base {
  return {
    pointers: Object.keys(base),
    owns: (pointer) => Object.hasOwn(base, pointer),
    matches: (pointer, value) => {
      if (!Object.hasOwn(base, pointer)) return value === undefined;
      return value !== undefined && digestLeaf(pointer, value, digest) === base[pointer];
    },
  };
}

/** From an object that is known to be what we wrote. */
export function valueBase(attributes: JsonObject): Base {
  const leaves = leavesOf(attributes);
  return {
    pointers: [...leaves.keys()],
    owns: (pointer) => leaves.has(pointer),
    matches: (pointer, value) => sameJson(leaves.get(pointer), value),
  };
}
