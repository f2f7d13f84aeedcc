import { findCollisions } from '../graph/find-collisions.ts';
import { ownershipDigest } from '../lock/ownership-digest.ts';
import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { Provider } from '../model/provider.ts';
import type { Desired, Place } from '../model/resource.ts';
import { plan } from '../plan/plan.ts';
import type { PlanInput, PlannedResource } from '../plan/plan-input.ts';
import { hasSameFiles } from '../state/identity.ts';
import { parseAddress } from './address-target.ts';
import type { Declared } from './declare.ts';
import { guardLiterals } from './guard-literals.ts';
import { locate } from './locate-findings.ts';
import { addressesOf, type World } from './observe.ts';
import { placesOfOtherStacks } from './other-stacks.ts';
import { readPolicies } from './read-policies.ts';

export interface PlanRequest {
  readonly mode: Plan['mode'];
  readonly targets: readonly Address[];
  readonly takeOwnership: readonly Address[];
  /** `--files-changed`. */
  readonly acceptsFiles: boolean;
  readonly forget?: readonly Address[];
}

/** Policy, plan and the providers' review: the plan as a person sees it. Writes nothing. */
export async function draftPlan(
  declared: Declared,
  inventory: Inventory | null,
  world: World,
  request: PlanRequest,
  ctx: Context,
): Promise<Plan> {
  requireDistinctPlaces(world);
  const policy = await judge(declared, world, ctx);
  const { machineId } = await ctx.system.processes.identity();
  const { lock, manifest } = declared;
  const input: PlanInput = {
    stack: manifest.name,
    mode: request.mode,
    lineage: inventory?.lineage ?? null,
    serial: inventory?.serial ?? 0,
    machine: ctx.digest(`machine\n${machineId}`),
    desired: guardLiterals(world, ctx.env),
    disabled: new Set(declared.disabled),
    observed: world.objects,
    unavailable: world.unavailable,
    entries: inventory?.entries ?? {},
    shared: lock.ownership,
    sharedPlaces: placesOfShared(declared, world),
    ownershipDigest,
    moved: manifest.moved,
    denied: policy.denied,
    traits: (name) => providerOf(world, name),
    digest: ctx.digest,
    options: {
      targets: request.targets,
      takeOwnership: request.takeOwnership,
      filesChanged: filesChanged(declared, inventory, request),
      ...(request.forget === undefined ? {} : { forget: request.forget }),
    },
    findings: [...declared.findings, ...world.findings, ...policy.findings],
  };
  const drafted = await withoutOthers(plan(input), input, declared.books, ctx);
  const reviews = [...world.providers].flatMap(([name, provider]) => {
    const observation = world.observations.get(name);
    return observation === undefined ? [] : provider.review(drafted, observation);
  });
  const findings = await locate([...drafted.findings, ...reviews], declared.loaded.sources);
  return { ...drafted, findings };
}

/**
 * What another stack of this user owns is not free to adopt or to take over. Other books are read only when
 * something would be, so the usual plan costs nothing.
 */
async function withoutOthers(drafted: Plan, input: PlanInput, books: string, ctx: Context): Promise<Plan> {
  const wanted = drafted.steps.filter(
    ({ action, because }) => action === 'adopt' || because === 'taken-over',
  );
  if (wanted.length === 0) return drafted;
  const others = await placesOfOtherStacks(books, ctx);
  const owners = new Map(wanted.map(({ address, place }) => [address, others.get(place.key)]));
  const desired = input.desired.map((resource) => {
    const owner = owners.get(resource.desired.address);
    if (owner === undefined) return resource;
    return { ...resource, desired: { ...resource.desired, blocked: ownedElsewhere(resource, owner) } };
  });
  return plan({ ...input, desired });
}

function ownedElsewhere({ desired, place }: PlannedResource, owner: string): Finding {
  return {
    code: 'STATE_OTHER_STACK',
    severity: 'error',
    message: `"${desired.address}" is managed by stack "${owner}"`,
    hint: `remove it from one of the two manifests; \`mcpform forget ${desired.address}\` there makes "${owner}" let go of it`,
    address: desired.address,
    at: { ...desired.at, file: desired.at.file || place.file },
  };
}

function providerOf(world: World, name: string): Provider {
  const provider = world.providers.get(name);
  if (provider === undefined) throw new Error(`provider "${name}" was not asked`);
  return provider;
}

function requireDistinctPlaces(world: World): void {
  const findings = findCollisions(addressesOf(world));
  if (findings.length === 0) return;
  throw new McpformError('MANIFEST_INVALID', 'two declared entries are one and the same', { findings });
}

/** Denied addresses become conflicts; a denied source stops everything. */
async function judge(
  declared: Declared,
  world: World,
  ctx: Context,
): Promise<{ readonly denied: ReadonlyMap<Address, Finding>; readonly findings: readonly Finding[] }> {
  const policies = await readPolicies(ctx);
  if (policies.length === 0) return { denied: new Map(), findings: [] };
  const { checkPolicy } = await import('../policy/check-policy.ts');
  const rendered = new Map(
    world.rendered.map(({ desired, attributes }) => [desired.address, { attributes, findings: [] }]),
  );
  const desired = declared.resources.map((resource) => resource.desired);
  const findings = checkPolicy(policies, desired, rendered, declared.loaded.source);
  const whole = findings.filter((each) => each.severity === 'error' && each.address === undefined);
  if (whole.length > 0) {
    throw new McpformError('POLICY_DENIED', 'the policy of this machine does not allow this source', {
      findings: whole,
    });
  }
  const denied = findings.filter((each) => each.severity === 'error');
  return {
    denied: new Map(denied.map((each) => [each.address as Address, each])),
    findings: findings.filter((each) => each.severity !== 'error'),
  };
}

/** Entries that the lock says are ours and that are not desired: where they would be, from their address. */
function placesOfShared(declared: Declared, world: World): Readonly<Record<Address, Place>> {
  const places: Record<Address, Place> = {};
  for (const address of Object.keys(declared.lock.ownership)) {
    const parsed = parseAddress(address, declared.manifest);
    if (parsed === null) continue;
    const observation = world.observations.get(parsed.target.client);
    const provider = world.providers.get(parsed.target.client);
    if (observation === undefined || provider === undefined) continue;
    places[address] = provider.identify(placeholder(address, parsed), observation);
  }
  return places;
}

function placeholder(
  address: Address,
  { target, name }: Pick<Desired, 'target'> & { name: string },
): Desired {
  return {
    address,
    provider: target.client,
    kind: 'entry',
    server: name,
    target,
    spec: { transport: 'stdio', args: [], env: {}, headers: {}, client: {} },
    dependsOn: [],
    lifecycle: { protect: false, keep: [], ignoreChanges: [], adopt: false },
    secrets: [],
    launchDigest: '',
    at: { file: '' },
  };
}

function filesChanged(
  { loaded }: Declared,
  inventory: Inventory | null,
  { acceptsFiles }: PlanRequest,
): PlanInput['options']['filesChanged'] {
  if (inventory === null || hasSameFiles(inventory, loaded.source)) return 'same';
  return acceptsFiles ? 'accepted' : 'changed';
}
