import { sweepEngines } from './engine-slot.ts';

/** Vitest's global set-up: removes what engines left whose test process was killed, before the tests and after them. */
export default async function sweepBeforeAndAfter(): Promise<() => Promise<void>> {
  await sweepEngines();
  return sweepEngines;
}
