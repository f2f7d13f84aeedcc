import { ownershipDigest } from '../../lock/ownership-digest.ts';
import type { Address } from '../../model/address.ts';
import type { Between, Plan } from '../../model/plan.ts';
import { arrangeFindings } from '../../plan/collect-findings.ts';
import { plan } from '../../plan/plan.ts';
import { planIdOf } from '../../plan/plan-id.ts';
import type { PlanInput } from '../../plan/plan-input.ts';
import { withoutRepeats } from '../../policy/checks/without-repeats.ts';
import { requireDistinctPlaces } from '../draft-plan.ts';
import type { Resource } from '../expansion.ts';
import { guardPins } from '../guard-pins.ts';
import { locate } from '../locate-findings.ts';
import { settleFills } from '../secrets/fills.ts';
import { converge } from './converged.ts';
import { hideCredentials } from './hide-credentials.ts';
import { type Jury, NO_JURY, type Subject } from './jury.ts';
import { type Given, inRepository, nominalDigest } from './nominal.ts';
import { nominalWorld, placeAll, providerOf } from './nominal-world.ts';
import { type Compared, readStacks } from './read-stacks.ts';
import type { RevisionTexts } from './revision-texts.ts';
import { showBeside } from './show-beside.ts';
import { showTexts } from './show-texts.ts';

export interface StaticRequest {
  readonly between: Between;
  readonly base: RevisionTexts;
  readonly head: RevisionTexts;
  readonly given: Given;
  readonly targets: readonly Address[];
  readonly allowsDowngrade: boolean;
  readonly jury?: Jury;
}

/**
 * What changes on every machine that had converged to one revision, when it converges to another. Of the texts alone:
 * no machine is looked at, so it is the same wherever it is made, to the byte. Throws what is wrong with `head`.
 */
export async function staticPlan(request: StaticRequest): Promise<Plan> {
  const { between, jury = NO_JURY } = request;
  const stacks = await readStacks(request);
  const { input, subject, texts, placed } = await inputOf(stacks, request, jury);
  const drafted = await explain(plan(input), texts, placed);
  const reviews = await jury.review(drafted, subject);
  const all = arrangeFindings(withoutRepeats([...drafted.findings, ...reviews]));
  const located = await locate(all, subject.head?.loaded.sources ?? []);
  const { formatVersion, planId, stack, mode, ...rest } = drafted;
  return {
    ...{ formatVersion, planId, stack, mode, between, ...rest },
    findings: located.map(inRepository),
    isComplete: drafted.isComplete && stacks.isKnown,
  };
}

/** For readers who have nothing but the plan. */
async function explain(
  drafted: Plan,
  texts: ReadonlyMap<string, string>,
  placed: Prepared['placed'],
): Promise<Plan> {
  const steps = hideCredentials(await showBeside(showTexts(drafted.steps, texts), placed));
  return { ...drafted, planId: planIdOf({ ...drafted, steps }), steps };
}

interface Prepared {
  readonly input: PlanInput;
  readonly subject: Subject;
  readonly texts: ReadonlyMap<string, string>;
  readonly placed: {
    readonly base: ReadonlyMap<Address, Resource>;
    readonly head: ReadonlyMap<Address, Resource>;
  };
}

async function inputOf(
  { stack, base, head, findings }: Compared,
  { targets, allowsDowngrade }: StaticRequest,
  jury: Jury,
): Promise<Prepared> {
  const [was, wanted] = [base?.resources ?? [], head?.resources ?? []];
  const world = await nominalWorld([...was, ...wanted]);
  const lock = { ownership: base?.lock.ownership ?? {} };
  const before = placeAll(was, world, new Map());
  const converged = converge(before, lock);
  const { objects, entries, shared, secrets, texts } = converged;
  const placed = placeAll(wanted, world, objects);
  requireDistinctPlaces({ rendered: placed });
  const settled = settleFills({ rendered: placed, objects }, { entries }, { secrets, digest: nominalDigest });
  const subject: Subject = { head, base, resources: placed };
  const { denied, findings: judged } = await jury.judge(subject);
  const input: PlanInput = {
    stack,
    mode: 'static',
    lineage: null,
    serial: 0,
    machine: 'any',
    desired: guardPins(settled, entries, { allowsDowngrade }),
    disabled: new Set(head?.disabled),
    observed: objects,
    unavailable: new Map(),
    entries,
    shared,
    ownershipDigest,
    moved: head?.manifest.moved ?? [],
    denied,
    secrets,
    traits: (name) => ({ ...providerOf(world, name), isSensitive: () => false }),
    digest: nominalDigest,
    options: { targets, takeOwnership: [], filesChanged: 'same' },
    findings: [...findings, ...(head?.findings ?? []), ...judged],
  };
  return { input, subject, texts, placed: { base: byAddress(before), head: byAddress(placed) } };
}

function byAddress(resources: readonly Resource[]): ReadonlyMap<Address, Resource> {
  return new Map(resources.map((resource) => [resource.desired.address, resource]));
}
