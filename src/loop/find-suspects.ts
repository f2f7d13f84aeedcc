import { placesOfOtherStacks } from '../engine/other-stacks.ts';
import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Plan } from '../model/plan.ts';

/**
 * Who may have changed what was put back, in words, as far as that can be known: other stacks of this user that say it
 * is theirs, and programs that run now and write such files.
 */
export async function findSuspects(
  addresses: readonly Address[],
  { plan, books }: { readonly plan: Plan | null; readonly books: string },
  ctx: Context,
): Promise<ReadonlyMap<Address, readonly string[]>> {
  if (addresses.length === 0) return new Map();
  const places = new Map((plan?.steps ?? []).map(({ address, place }) => [address, place]));
  const [others, clients] = await Promise.all([placesOfOtherStacks(books, ctx), runningClients(ctx)]);
  return new Map(
    addresses.map((address) => {
      const place = places.get(address);
      const owner = place === undefined ? undefined : others.get(place.key);
      const isFile = place?.file.startsWith('docker') === false;
      return [
        address,
        [
          ...(owner === undefined ? [] : [`stack "${owner.stack}" of "${owner.root}"`]),
          ...(isFile ? clients : []),
        ],
      ];
    }),
  );
}

/** Processes of Claude Code that run now; empty where the system does not say. */
async function runningClients({ system, platform }: Context): Promise<readonly string[]> {
  if (platform !== 'linux') return [];
  const names = await system.files.list('/proc').catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const name = await system.files.read(`/proc/${pid}/comm`).catch(() => null);
        return name?.toString('utf8').trim() === 'claude' ? [`Claude Code (process ${pid})`] : [];
      }),
  );
  return found.flat().slice(0, MOST_NAMED);
}

const MOST_NAMED = 5;
