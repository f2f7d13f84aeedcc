import { hasInvisibleCharacters } from '../formats/escape.ts';
import { FORBIDDEN_KEYS } from '../formats/yaml-keys.ts';

const MOST_CHARACTERS = 256;

/** Whether the lock can hold a tool or a prompt of this name, which is the server's choice. */
export function isOfferName(name: string): boolean {
  if (name === '' || name.length > MOST_CHARACTERS || name === '<<') return false;
  return !FORBIDDEN_KEYS.has(name) && !hasInvisibleCharacters(name);
}
