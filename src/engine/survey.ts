import type { Target } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
import { assertSameConfigs } from '../state/identity.ts';
import type { State } from '../state/read-state.ts';
import { type Settled, settle } from '../state/settle.ts';
import { parseAddress } from './address-target.ts';
import type { Declared } from './declare.ts';
import { findMovedBooks } from './find-moved-books.ts';
import { type ObserveWorld, observeWorld, type World } from './observe.ts';

/** What the books say before anybody looked, and how they would be with interrupted steps settled. */
export interface KnownState extends State {
  /** By `place.file`: where interrupted steps could not be cleared up, and why. Nothing there is judged or touched. */
  readonly unavailable?: ReadonlyMap<string, Finding>;
  readonly closed?: ObserveWorld['closed'];
}

/** The world, and the books after interrupted steps were settled by looking at it. */
export interface Survey {
  readonly world: World;
  readonly inventory: Inventory | null;
  readonly settled: Settled;
  readonly findings: readonly Finding[];
}

/** Observes everything declared, remembered or interrupted. Writes nothing. */
export async function survey(declared: Declared, state: KnownState, ctx: Context): Promise<Survey> {
  const entries = Object.values(state.inventory?.entries ?? {});
  const interrupted = state.pending.flatMap(({ provider, place, previousPlace }) =>
    [place, previousPlace].filter((each) => each !== undefined).map((each) => ({ provider, place: each })),
  );
  const observed = await observeWorld(
    {
      resources: declared.resources,
      places: [...entries, ...interrupted],
      targets: targetsOfLock(declared),
      root: declared.loaded.git?.root ?? null,
      ...(state.closed === undefined ? {} : { closed: state.closed }),
    },
    ctx,
  );
  const unavailable = new Map([...observed.unavailable, ...(state.unavailable ?? [])]);
  const world: World = { ...observed, unavailable };
  if (state.inventory !== null) assertSameConfigs(state.inventory, world.configs);
  const settled = settle(state.pending, world, ctx.digest);
  return {
    world,
    inventory: state.settledBy(settled.ends),
    settled,
    findings: [...settled.conflicts, ...(await newcomerFindings(declared, state, ctx))],
  };
}

/** Without books of its own, a stack may have left them where it was before. */
async function newcomerFindings(
  declared: Declared,
  { inventory }: KnownState,
  ctx: Context,
): Promise<readonly Finding[]> {
  return inventory === null ? await findMovedBooks(declared, ctx) : [];
}

/** Folders that the lock speaks of, so that what a colleague removed from the manifest is still seen. */
function targetsOfLock({ lock, manifest }: Declared): readonly Target[] {
  return Object.keys(lock.ownership)
    .map((address) => parseAddress(address, manifest)?.target)
    .filter((target) => target !== undefined);
}
