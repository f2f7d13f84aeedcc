import {
  isJsonObject,
  type Json,
  type JsonObject,
  type Pointer,
  sameJson,
  toPointer,
} from '../../model/json.ts';
import type { Members } from './attributes.ts';

/** Pointers of leaves that are in both and the same, sorted. */
export function sharedLeaves(attributes: JsonObject, others: Members): readonly Pointer[] {
  const shared: Pointer[] = [];
  collect(attributes, others, '');
  return shared.sort();

  function collect(here: JsonObject, there: Members, at: Pointer): void {
    for (const key of Object.keys(there)) {
      const other = there[key];
      if (other === undefined || !Object.hasOwn(here, key)) continue;
      const mine = here[key] as Json;
      if (isJsonObject(mine)) {
        if (isJsonObject(other)) collect(mine, other, at + toPointer([key]));
      } else if (mine === other || sameJson(mine, other as Json)) shared.push(at + toPointer([key]));
    }
  }
}
