import type { Address } from '../../model/address.ts';
import { isCovered } from '../../policy/glob.ts';
import type { Mode } from '../model.ts';
import type { DecideSettings } from './settings.ts';

type Modes = Pick<DecideSettings, 'mode' | 'modes'>;

/** Whether there may be an address with which the loop goes all the way. */
export function enforcesSome({ mode, modes }: Modes): boolean {
  return [mode, ...Object.values(modes)].includes('enforce');
}

/** How far the loop goes with one address. */
export function modeOf(address: Address, { mode, modes }: Modes): Mode {
  let found = mode;
  for (const [pattern, each] of Object.entries(modes)) if (isCovered(pattern, address)) found = each;
  return found;
}
