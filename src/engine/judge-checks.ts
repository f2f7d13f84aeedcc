import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { Lock } from '../model/lock.ts';
import type { Step } from '../model/plan.ts';
import type { CheckPolicy } from '../policy/checks/judge-hit.ts';
import { runChecks } from '../policy/checks/run-checks.ts';
import { dayOf } from '../policy/exceptions.ts';
import type { Policy } from '../policy/policy.ts';
import type { Expansion } from './expansion.ts';
import { withContainers } from './with-containers.ts';

export interface ChecksRequest {
  readonly policies: readonly Policy[];
  /** `--checks`: they run with their default levels where no policy asks for them. */
  readonly runsChecks: boolean;
  /** Milliseconds since the epoch: exceptions hold until a day. */
  readonly nowMs: number;
  /** What the lock said before, where two revisions are compared. */
  readonly before?: Lock | null;
}

export interface Verdict {
  /** What must not come to be, and why; one reason per address. */
  readonly denied: ReadonlyMap<Address, Finding>;
  /** What else is denied at these addresses. */
  readonly more: readonly Finding[];
  /** Errors that mean the manifest as a whole. */
  readonly refused: readonly Finding[];
  /** Warnings and notes. */
  readonly findings: readonly Finding[];
}

/**
 * What the built-in checks say of everything that follows from the texts; with `steps`, what they say of a plan, and
 * nothing else. Starts and reads nothing. Positions are pointers still, for `locate`.
 */
export function judgeChecks(
  {
    manifest,
    lock,
    resources,
    literals = [],
  }: Pick<Expansion, 'manifest' | 'lock' | 'resources' | 'literals'>,
  request: ChecksRequest,
  steps?: readonly Step[],
): Verdict {
  const policies = askingPolicies(request);
  if (policies.length === 0) return verdictOf([]);
  const desired = withContainers({ manifest, resources });
  const { before = null } = request;
  const checkable = { manifest, lock, before, desired, literals, ...(steps === undefined ? {} : { steps }) };
  return verdictOf(runChecks(checkable, policies, dayOf(request.nowMs)));
}

/** Errors apart from the rest. Of several at one address the first is the reason. */
export function verdictOf(all: readonly Finding[]): Verdict {
  const denied = new Map<Address, Finding>();
  const more: Finding[] = [];
  const refused: Finding[] = [];
  const findings: Finding[] = [];
  for (const finding of all) {
    const { severity, address } = finding;
    if (severity !== 'error') findings.push(finding);
    else if (address === undefined) refused.push(finding);
    else if (denied.has(address)) more.push(finding);
    else denied.set(address, finding);
  }
  return { denied, more, refused, findings };
}

function askingPolicies({ policies, runsChecks }: ChecksRequest): readonly CheckPolicy[] {
  const asking = policies.filter(({ checks }) => checks !== undefined);
  return asking.length === 0 && runsChecks ? [{ file: null }] : asking;
}
