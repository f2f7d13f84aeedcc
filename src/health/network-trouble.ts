import type { Trouble } from './trouble.ts';

/** Why a request found nobody, by the `errno` error it was rejected with. */
export function networkTrouble(error: unknown, url: string): Trouble {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return { kind: 'network', code: String(error.code), isEncrypted: url.startsWith('https:') };
}
