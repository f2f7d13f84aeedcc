import type { SecretContext } from '../../../src/model/secret.ts';
import { type MemoryOptions, memorySystem } from '../../../src/system/memory.ts';

/** A machine in memory, seen by user 1000 with the home `/home/ann`. */
export function memoryContext(
  options: MemoryOptions = {},
  context: Partial<SecretContext> = {},
): SecretContext {
  return {
    system: memorySystem(options),
    home: '/home/ann',
    env: {},
    platform: 'linux',
    signal: new AbortController().signal,
    ...context,
  };
}
