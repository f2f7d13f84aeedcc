import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Step } from '../model/plan.ts';
import { withoutRepeats } from '../policy/checks/without-repeats.ts';
import type { Declared } from './declare.ts';
import { type ChecksRequest, judgeChecks, type Verdict } from './judge-checks.ts';
import type { PolicyVerdict } from './judge-policy.ts';

/** The checks on top of what rules have denied: theirs is the reason where both deny, and the checks' are said beside. */
export function checkAll(
  declared: Pick<Declared, 'manifest' | 'lock' | 'resources' | 'literals'>,
  request: ChecksRequest,
  ruled: ReadonlyMap<Address, Finding>,
): PolicyVerdict & Pick<Verdict, 'refused'> {
  const { denied, more, refused, findings } = judgeChecks(declared, request);
  const beside = [...more, ...[...denied].flatMap(([address, each]) => (ruled.has(address) ? [each] : []))];
  return {
    denied: new Map([...denied, ...ruled]),
    refused,
    findings,
    complete: (said, steps) => {
      const ofPlan = judgeChecks(declared, request, steps);
      const all = [...said, ...deniedIn(steps, beside), ...ofPlan.denied.values(), ...ofPlan.findings];
      return withoutRepeats(all);
    },
  };
}

/** Of what is left out of a plan nothing is said. */
function deniedIn(steps: readonly Step[], findings: readonly Finding[]): readonly Finding[] {
  const denied = new Set(steps.flatMap(({ because, address }) => (because === 'denied' ? [address] : [])));
  return findings.filter(({ address }) => address !== undefined && denied.has(address));
}
