import type { Address } from '../model/address.ts';
import type { Context } from '../model/context.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Policy } from '../policy/policy.ts';
import type { Declared } from './declare.ts';
import type { World } from './observe.ts';
import { readPolicies } from './read-policies.ts';

/** Denied addresses become conflicts; a denied source stops everything. */
export async function judgePolicy(
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
  const unsigned = await unsignedIn(declared, policies, ctx);
  return {
    denied: new Map([...unsigned, ...denied.map((each) => [each.address as Address, each] as const)]),
    findings: findings.filter((each) => each.severity !== 'error'),
  };
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
