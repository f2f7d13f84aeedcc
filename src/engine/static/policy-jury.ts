import { basename, relative } from 'node:path';
import type { Context } from '../../model/context.ts';
import type { Policy } from '../../policy/policy.ts';
import { judgeChecks, type Verdict } from '../judge-checks.ts';
import type { PolicyRequest } from '../judge-policy.ts';
import { judgeTexts } from '../judge-texts.ts';
import { readNamedPolicies } from '../read-policies.ts';
import { type Jury, NO_JURY, type Subject } from './jury.ts';

/**
 * Judges a plan of no machine by the policies that were named, and by no machine's: the same verdict wherever it is
 * made, on the same day. Where the manifest comes from is judged where it is applied.
 */
export async function policyJury(
  request: PolicyRequest | undefined,
  cwd: string,
  ctx: Context,
): Promise<Jury> {
  if (request === undefined) return NO_JURY;
  const policies = (await readNamedPolicies(request.files, ctx)).map((policy) => named(policy, cwd));
  const asked = { policies, runsChecks: request.runsChecks, nowMs: ctx.system.clock.now() };
  const verdictOn = ({ head, base, resources }: Subject): Verdict | null => {
    if (head === null) return null;
    const before = base?.lock ?? null;
    return judgeTexts({ ...head, resources }, { ...asked, before, ruling: policies, source: null });
  };
  return {
    judge: async (subject) => {
      const verdict = verdictOn(subject);
      if (verdict === null) return { denied: new Map(), findings: [] };
      const { denied, refused, findings } = verdict;
      return { denied, findings: [...refused, ...findings] };
    },
    review: async ({ steps }, subject) => {
      const deniedAt = new Set(
        steps.flatMap(({ because, address }) => (because === 'denied' ? [address] : [])),
      );
      const beside = (verdictOn(subject)?.more ?? []).filter(({ address = '' }) => deniedAt.has(address));
      const texts = subject.head ?? subject.base;
      if (texts === null) return beside;
      const ofSteps = judgeChecks({ ...texts, resources: subject.resources }, asked, steps);
      return [...beside, ...ofSteps.denied.values(), ...ofSteps.more, ...ofSteps.findings];
    },
  };
}

/** As it is called here, or at least: a folder of this machine would say nothing to others. */
function named(policy: Policy, cwd: string): Policy {
  const path = relative(cwd, policy.file);
  const file = path.startsWith('..') || path === '' ? basename(policy.file) : path;
  const exceptions = policy.exceptions?.map((each) => ({ ...each, at: { ...each.at, file } }));
  return { ...policy, file, ...(exceptions === undefined ? {} : { exceptions }) };
}
