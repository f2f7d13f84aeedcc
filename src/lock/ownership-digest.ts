import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../model/json.ts';

/**
 * `sha256:` + hex of the canonical JSON of a normalised entry. Not keyed, since colleagues must get the same; the
 * entry is in the same repository.
 */
export function ownershipDigest(attributes: JsonObject): string {
  return `sha256:${hash('sha256', canonicalJson(attributes))}`;
}
