import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Desired } from '../model/resource.ts';
import type { Policy } from '../policy/policy.ts';
import type { Declared } from './declare.ts';
import type { Rendered } from './observe.ts';
import { readPolicies } from './read-policies.ts';
import { unsignedImages } from './unsigned-images.ts';

/** What is judged, and where. */
export interface Judged {
  readonly rendered: readonly Pick<Rendered, 'desired' | 'attributes'>[];
  /** Nobody looks at the plan. */
  readonly isUnattended?: boolean;
}

/** Denied addresses become conflicts; a denied source stops everything. */
export async function judgePolicy(
  declared: Declared,
  world: Judged,
  ctx: Context,
): Promise<{ readonly denied: ReadonlyMap<Address, Finding>; readonly findings: readonly Finding[] }> {
  const policies = await readPolicies(ctx);
  const desired = declared.resources.map((resource) => resource.desired);
  // Without a policy, people are still told what gives a container power over its host.
  const { isUnattended = false } = world;
  if (policies.length === 0 && !desired.some(hasHost) && !isUnattended) {
    return { denied: new Map(), findings: [] };
  }
  const [{ checkPolicy }, { engineHosts }] = await Promise.all([
    import('../policy/check-policy.ts'),
    import('./engine-host.ts'),
  ]);
  const rendered = new Map(
    world.rendered.map(({ desired, attributes }) => [desired.address, { attributes, findings: [] }]),
  );
  const { source } = declared.loaded;
  const hosts = await engineHosts(desired.filter(hasHost), ctx);
  const findings = checkPolicy(policies, desired, { rendered, source, hosts, isUnattended });
  const whole = findings.filter((each) => each.severity === 'error' && each.address === undefined);
  if (whole.length > 0) {
    throw new McpformError('POLICY_DENIED', 'the policy of this machine does not allow this source', {
      findings: whole,
    });
  }
  const denied = findings.filter((each) => each.severity === 'error');
  const unsigned = await unsignedIn(declared, policies, ctx);
  return {
    denied: new Map([
      ...unsignedImages(unsigned, desired),
      ...unsigned,
      ...denied.map((each) => [each.address as Address, each] as const),
    ]),
    findings: findings.filter((each) => each.severity !== 'error'),
  };
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
