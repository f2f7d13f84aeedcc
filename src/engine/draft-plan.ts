import { findCollisions } from '../graph/find-collisions.ts';
import { ownershipDigest } from '../lock/ownership-digest.ts';
import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { ObserveRequest, Provider } from '../model/provider.ts';
import { plan } from '../plan/plan.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { hasSameFiles } from '../state/identity.ts';
import type { Declared } from './declare.ts';
import { guardLiterals } from './guard-literals.ts';
import { guardPins } from './guard-pins.ts';
import { holdFindings } from './hold.ts';
import { judgePolicy, type PolicyRequest } from './judge-policy.ts';
import { leaveOtherStacks } from './leave-other-stacks.ts';
import { locate } from './locate-findings.ts';
import { addressesOf, type World } from './observe.ts';
import { settleFills } from './secrets/fills.ts';
import { guardStores } from './secrets/guard-stores.ts';
import { sourcesByLocator } from './secrets/sources.ts';
import { changedFindings, type SecretStanding, secretFacts, unresolvedFindings } from './secrets/standing.ts';
import { placesOfShared } from './shared-places.ts';

export interface PlanRequest {
  readonly mode: Plan['mode'];
  readonly targets: readonly Address[];
  readonly takeOwnership: readonly Address[];
  /** `--files-changed`. */
  readonly acceptsFiles: boolean;
  readonly forget?: readonly Address[];
  /** `--allow-downgrade`, or a command whose purpose it is. */
  readonly allowsDowngrade: boolean;
  /** Nobody looks at the plan: what a person could approve needs a policy that allows it. */
  readonly isUnattended?: boolean;
  /** `--policy` and `--checks`. */
  readonly policy?: PolicyRequest;
  /** By `place.file`: engines that nobody asks now, and why. */
  readonly closed?: ObserveRequest['closed'];
  /** What the loop leaves alone. Asked once the books are ours: whoever said so before is heard. */
  readonly leaveAlone?: () => Promise<NonNullable<PlanInput['options']['hold']>>;
  /** `--check-secrets`, and each apply: whether granted secrets are looked at. */
  readonly checksSecrets: boolean;
}

/** Policy, plan and the providers' review: the plan as a person sees it. Writes nothing. */
export async function draftPlan(
  declared: Declared,
  inventory: Inventory | null,
  { world, secrets }: { readonly world: World; readonly secrets: SecretStanding },
  request: PlanRequest,
  ctx: Context,
): Promise<Plan> {
  requireDistinctPlaces(world);
  const facts = secretFacts(secrets, inventory);
  const settled = guardStores(
    settleFills(world, inventory, { secrets: facts, digest: ctx.digest }),
    sourcesByLocator(declared.manifest),
    ctx,
  );
  const judged = {
    rendered: world.rendered,
    isUnattended: request.isUnattended === true,
    isLeaving: request.mode === 'destroy',
    ...(request.policy === undefined ? {} : { policy: request.policy }),
  };
  const policy = await judgePolicy(declared, judged, ctx);
  const { machineId } = await ctx.system.processes.identity();
  const { lock, manifest } = declared;
  const hold = await request.leaveAlone?.();
  const input: PlanInput = {
    stack: manifest.name,
    mode: request.mode,
    lineage: inventory?.lineage ?? null,
    serial: inventory?.serial ?? 0,
    machine: ctx.digest(`machine\n${machineId}`),
    desired: guardPins(
      guardLiterals({ ...world, rendered: settled }, ctx.env),
      inventory?.entries ?? {},
      request,
    ),
    disabled: new Set(declared.disabled),
    observed: world.objects,
    unavailable: world.unavailable,
    entries: inventory?.entries ?? {},
    shared: lock.ownership,
    sharedPlaces: placesOfShared(declared, world),
    ownershipDigest,
    moved: manifest.moved,
    denied: policy.denied,
    secrets: facts,
    traits: (name) => providerOf(world, name),
    digest: ctx.digest,
    options: {
      targets: request.targets,
      takeOwnership: request.takeOwnership,
      filesChanged: filesChanged(declared, inventory, request),
      ...(request.forget === undefined ? {} : { forget: request.forget }),
      ...(hold === undefined ? {} : { hold }),
    },
    findings: [
      ...declared.findings,
      ...world.findings,
      ...policy.findings,
      ...(request.mode === 'apply' ? await holdFindings(inventory, declared, ctx) : []),
      ...unresolvedFindings(
        world.rendered.map(({ desired }) => desired),
        secrets,
      ),
    ],
  };
  const drafted = await leaveOtherStacks(plan(input), input, declared.books, ctx);
  const reviews = [...world.providers].flatMap(([name, provider]) => {
    const observation = world.observations.get(name);
    return observation === undefined ? [] : provider.review(drafted, observation);
  });
  const said = [...drafted.findings, ...reviews, ...changedFindings(drafted)];
  const all = policy.complete(said, drafted.steps);
  const findings = await locate(all, declared.loaded.sources);
  return { ...drafted, findings };
}

function providerOf(world: World, name: string): Provider {
  const provider = world.providers.get(name);
  if (provider === undefined) throw new Error(`provider "${name}" was not asked`);
  return provider;
}

/** Throws MANIFEST_INVALID. */
export function requireDistinctPlaces(world: Pick<World, 'rendered'>): void {
  const findings = findCollisions(addressesOf(world));
  if (findings.length === 0) return;
  throw new McpformError('MANIFEST_INVALID', 'two declared entries are one and the same', { findings });
}

function filesChanged(
  { loaded }: Declared,
  inventory: Inventory | null,
  { acceptsFiles }: PlanRequest,
): PlanInput['options']['filesChanged'] {
  if (inventory === null || hasSameFiles(inventory, loaded.source)) return 'same';
  return acceptsFiles ? 'accepted' : 'changed';
}
