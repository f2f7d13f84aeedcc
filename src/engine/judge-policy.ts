import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Step } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import type { Policy } from '../policy/policy.ts';
import type { Declared } from './declare.ts';
import type { ChecksRequest, Verdict } from './judge-checks.ts';
import type { Rendered } from './observe.ts';
import { readPolicies } from './read-policies.ts';
import { unsignedImages } from './unsigned-images.ts';

/** What is judged, and where. */
export interface Judged {
  readonly rendered: readonly Pick<Rendered, 'desired' | 'attributes'>[];
  /** Nobody looks at the plan. */
  readonly isUnattended?: boolean;
  readonly policy?: PolicyRequest;
  /** Everything shall go, so nothing of it is checked. */
  readonly isLeaving?: boolean;
}

/** What a person asks to be judged by, besides the policies of the machine. */
export interface PolicyRequest {
  /** `--policy`: absolute paths. */
  readonly files: readonly string[];
  /** `--checks`. */
  readonly runsChecks: boolean;
}

export interface PolicyVerdict extends Pick<Verdict, 'denied' | 'findings'> {
  /** All findings of the plan that came of it, with what is to be said of its steps, and nothing twice. */
  readonly complete: (findings: readonly Finding[], steps: readonly Step[]) => readonly Finding[];
}

/** Denied addresses become conflicts; a denied source, or what is no resource's, stops everything. */
export async function judgePolicy(declared: Declared, world: Judged, ctx: Context): Promise<PolicyVerdict> {
  const { files = [], runsChecks = false } = world.policy ?? {};
  const policies = await readPolicies(ctx, files);
  const desired = declared.resources.map((resource) => resource.desired);
  // Without a policy, people are still told what gives a container power over its host.
  const { isUnattended = false } = world;
  if (policies.length === 0 && !desired.some(hasHost) && !isUnattended && !runsChecks) return NOTHING;
  const [{ checkPolicy }, { engineHosts }, { dayOf, endingFindings }] = await Promise.all([
    import('../policy/check-policy.ts'),
    import('./engine-host.ts'),
    import('../policy/exceptions.ts'),
  ]);
  const rendered = new Map(
    world.rendered.map(({ desired, attributes }) => [desired.address, { attributes, findings: [] }]),
  );
  const { source } = declared.loaded;
  const hosts = await engineHosts(desired.filter(hasHost), ctx);
  const nowMs = ctx.system.clock.now();
  const today = dayOf(nowMs);
  const setting = { rendered, source, hosts, isUnattended, today };
  const ruled = checkPolicy(policies.filter(isAboutRules), desired, setting);
  const errors = ruled.filter((each) => each.severity === 'error');
  const whole = errors.filter(({ address }) => address === undefined);
  assertAllowed(whole, 'the policy of this machine does not allow this source');
  const unsigned = await unsignedIn(declared, policies, ctx);
  const denied = new Map([
    ...unsignedImages(unsigned, desired),
    ...unsigned,
    ...errors.map((each) => [each.address as Address, each] as const),
  ]);
  const findings = [...ruled.filter((each) => each.severity !== 'error'), ...endingFindings(policies, today)];
  const request = { policies, runsChecks, nowMs };
  if (world.isLeaving === true || !asksForChecks(request)) return { ...NOTHING, denied, findings };
  const { checkAll } = await import('./check-all.ts');
  const checked = checkAll(declared, request, denied);
  assertAllowed(checked.refused, 'policy does not allow this manifest');
  return { ...checked, findings: [...findings, ...checked.findings] };
}

const NOTHING: PolicyVerdict = { denied: new Map(), findings: [], complete: (findings) => findings };

function asksForChecks({ policies, runsChecks }: Pick<ChecksRequest, 'policies' | 'runsChecks'>): boolean {
  return runsChecks || policies.some(({ checks }) => checks !== undefined);
}

/** One that only asks for checks says nothing of what rules are about, not even that all of it is allowed. */
function isAboutRules({ checks, rules, signatures = [] }: Policy): boolean {
  return checks === undefined || signatures.length > 0 || Object.keys(rules).length > 0;
}

function assertAllowed(refused: readonly Finding[], message: string): void {
  if (refused.length > 0) throw new McpformError('POLICY_DENIED', message, { findings: refused });
}

/** What may get folders of the machine that its engine runs on. */
function hasHost({ kind, container }: Desired): boolean {
  return container !== undefined || kind === 'volume';
}

async function unsignedIn(
  declared: Declared,
  policies: readonly Policy[],
  ctx: Context,
): Promise<ReadonlyMap<Address, Finding>> {
  if (!policies.some(({ signatures = [] }) => signatures.length > 0)) return new Map();
  const { judgeSignatures } = await import('./judge-signatures.ts');
  return await judgeSignatures(declared, policies, ctx);
}
