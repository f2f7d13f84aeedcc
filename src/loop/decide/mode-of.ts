import type { Address } from '../../model/address.ts';
import { isCovered } from '../../policy/glob.ts';
import type { Mode } from '../model.ts';
import type { DecideSettings } from './settings.ts';

/** How far the loop goes with one address. */
export function modeOf(address: Address, { mode, modes }: Pick<DecideSettings, 'mode' | 'modes'>): Mode {
  let found = mode;
  for (const [pattern, each] of Object.entries(modes)) if (isCovered(pattern, address)) found = each;
  return found;
}
