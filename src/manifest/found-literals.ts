import { schemeWordOf } from '../formats/redact.ts';
import { fromPointer, isJsonObject, type JsonObject, type Pointer } from '../model/json.ts';
import { SecretValue } from '../model/secret.ts';

/** A credential in a client's entry that a `${secret.name}` can stand for. */
export interface FoundLiteral {
  readonly server: string;
  /** In the entry: `/env/GITHUB_TOKEN`, `/headers/Authorization`. */
  readonly pointer: Pointer;
  /** What stands before it and is no secret: `Bearer `. */
  readonly before: string;
  readonly value: SecretValue;
}

/** What the entry holds at those of the pointers where a manifest may write a secret. */
export function literalsAt(
  server: string,
  attributes: JsonObject,
  pointers: readonly Pointer[],
): readonly FoundLiteral[] {
  return [...new Set(pointers)].flatMap((pointer) => {
    const [field = '', key = '', ...deeper] = fromPointer(pointer);
    const members = attributes[field];
    if ((field !== 'env' && field !== 'headers') || deeper.length > 0 || !isJsonObject(members)) return [];
    const text = members[key];
    // A text that the client expands is more than its value.
    if (typeof text !== 'string' || text.includes('${')) return [];
    const before = field === 'headers' ? schemeWordOf(text) : '';
    const value = text.slice(before.length);
    return value === '' ? [] : [{ server, pointer, before, value: new SecretValue(value) }];
  });
}
