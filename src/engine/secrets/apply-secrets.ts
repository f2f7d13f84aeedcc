import { SECRETS_SOURCE } from '../../graph/secret-files.ts';
import type { Context } from '../../model/context.ts';
import type { Outcome } from '../../model/event.ts';
import type { Grant } from '../../model/grant.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import type { Declared } from '../declare.ts';
import type { World } from '../observe.ts';
import type { FilledIn } from './fill-in.ts';
import type { SecretStanding } from './standing.ts';

/** A plan that somebody said yes to, and what it was made from. What it takes is loaded where there are secrets. */
export interface Approved {
  /** The books before it is performed. */
  readonly inventory: Pick<Inventory, 'lineage' | 'entries'>;
  readonly plan: Plan;
  readonly declared: Declared;
  readonly world: World;
  readonly secrets: SecretStanding;
  /** The state folder. */
  readonly folder: string;
  readonly mode: Plan['mode'];
}

/** What the approved plan showed is granted, before anything that relies on it is written. */
export async function grantSecrets(
  { plan, declared, secrets, folder }: Approved,
  ctx: Context,
): Promise<readonly Grant[]> {
  const desired = declared.resources.map((resource) => resource.desired);
  if (secrets.grants.length === 0 && !desired.some((each) => each.secrets.length > 0)) return [];
  const { grantsAfter } = await import('./grants.ts');
  const now = new Date(ctx.system.clock.now()).toISOString();
  const grants = grantsAfter(secrets.grants, { plan, desired, now });
  const { writeGrants } = await import('../../state/grants-file.ts');
  await writeGrants(folder, grants, ctx);
  return grants;
}

/** The resources with the values of the secrets that mcpform writes itself. */
export async function fillSecrets(
  { plan, declared, world, secrets, inventory, mode }: Approved,
  ctx: Context,
): Promise<FilledIn> {
  const { rendered, objects } = world;
  const isNeeded = rendered.some(({ desired }) => desired.secrets.some(({ via }) => via !== 'reference'));
  if (!isNeeded || mode === 'destroy') return { rendered, unready: new Map() };
  const { fillIn } = await import('./fill-in.ts');
  const { sourcesByLocator } = await import('./sources.ts');
  return await fillIn(
    {
      plan,
      rendered,
      looks: secrets.looks,
      sources: sourcesByLocator(declared.manifest),
      inventory,
      objects,
    },
    ctx,
  );
}

/** What has left for good has no grants, and what is no longer started by any entry gets no secret any more. */
export async function dropGrants(
  grants: readonly Grant[],
  { inventory, declared, mode, folder, entries }: Approved & Pick<Inventory, 'entries'>,
  ctx: Context,
): Promise<void> {
  await dropLaunches(inventory.entries, entries, ctx);
  if (grants.length === 0) return;
  const { grantsLeft } = await import('./grants.ts');
  const { writeGrants } = await import('../../state/grants-file.ts');
  const desired = mode === 'destroy' ? [] : declared.resources.map((resource) => resource.desired);
  await writeGrants(folder, grantsLeft(grants, { entries: new Set(Object.keys(entries)), desired }), ctx);
}

async function dropLaunches(
  before: Inventory['entries'],
  after: Inventory['entries'],
  ctx: Context,
): Promise<void> {
  const kept = new Set(Object.values(after).map(({ launch }) => launch));
  const ids = Object.values(before).flatMap(({ launch, secrets }) =>
    launch === undefined || secrets.length === 0 || kept.has(launch) ? [] : [launch],
  );
  if (ids.length === 0) return;
  const { revokeFromLaunch } = await import('./grant-launches.ts');
  for (const id of new Set(ids))
    await revokeFromLaunch({ id, users: [], isMeant: () => true, kept: [] }, ctx);
}

/** Folders of secrets that no container has any more are removed, also those that a run which was killed left. */
export async function sweepFolders(
  before: Inventory['entries'],
  after: Pick<Inventory, 'lineage' | 'entries'>,
  outcomes: readonly Outcome[],
  ctx: Context,
): Promise<void> {
  const had = [...Object.values(before), ...Object.values(after.entries)];
  if (!had.some(({ base }) => base[SECRETS_SOURCE] !== undefined)) return;
  const { sweepSecretFolders } = await import('./sweep-secret-folders.ts');
  await sweepSecretFolders(after, outcomes, ctx);
}
