import type { Network } from '../model/system.ts';

/** Nobody answers: for tests, and for commands that have no business outside. */
export function closedNetwork(): Network {
  return {
    request: async ({ url }) => {
      throw Object.assign(new Error(`connect ENETUNREACH ${new URL(url).host}`), { code: 'ENETUNREACH' });
    },
  };
}
