import type { Plan } from '../model/plan.ts';

/** How many servers the steps are about. What several may share (an image, a network, a volume) is none. */
export function countServers({ steps }: Pick<Plan, 'steps'>): number {
  const names = steps.flatMap(({ server, address }) => {
    if (server !== undefined) return [server];
    return SHARED.test(address) ? [] : [address.slice(address.lastIndexOf('/') + 1)];
  });
  return new Set(names).size;
}

const SHARED = /^docker(?:@[^/]*)?\/(?:image|network|volume)\//;
