import type { Finding } from '../model/finding.ts';
import { isCovered } from './glob.ts';
import type { Exception, Policy } from './policy.ts';

/** So many days before it ends, plans begin to say so. */
const NOTICE_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What could be let pass: by a check's id or a rule's name. `servers` is empty for what is no server's. */
export interface Excepted {
  readonly rule: Exception['rule'] | string;
  readonly servers: readonly string[];
}

/** YYYY-MM-DD in UTC, of milliseconds since the epoch. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The exception of this policy, and of no other, that lets it pass today; null for none. */
export function exceptionFor(
  { exceptions = [] }: Pick<Policy, 'exceptions'>,
  { rule, servers }: Excepted,
  today: string,
): Exception | null {
  return (
    exceptions.find(
      (each) =>
        each.rule === rule &&
        today <= each.until &&
        (servers.length === 0 ? each.servers.includes('*') : servers.every((name) => isMeant(name, each))),
    ) ?? null
  );
}

function isMeant(name: string, { servers }: Exception): boolean {
  return servers.some((pattern) => isCovered(pattern, name));
}

/** What an exception let pass, for whoever reads the plan. */
export function exceptedFinding(
  what: string,
  { reason, until }: Exception,
  { file }: Pick<Policy, 'file'>,
): Finding {
  return {
    code: 'POLICY_EXCEPTION',
    severity: 'info',
    message: `${what}: let pass until ${until} by the policy "${file}": ${reason}`,
  };
}

/** Exceptions that have ended, or will within two weeks, at their lines in their policies. */
export function endingFindings(policies: readonly Policy[], today: string): readonly Finding[] {
  return policies.flatMap((policy) =>
    (policy.exceptions ?? []).flatMap((exception) => endingFinding(exception, policy, today)),
  );
}

function endingFinding(
  { rule, servers, until, at }: Exception,
  { file }: Policy,
  today: string,
): readonly Finding[] {
  const daysLeft = Math.round((Date.parse(until) - Date.parse(today)) / DAY_MS);
  if (daysLeft > NOTICE_DAYS) return [];
  const which = `the exception from "${rule}" for ${servers.map((name) => `"${name}"`).join(', ')}`;
  const hint = 'remove it from the policy, or decide anew until when it holds';
  if (daysLeft < 0) {
    const message = `${which} expired on ${until}, so the policy "${file}" lets nothing pass by it`;
    return [{ code: 'POLICY_EXCEPTION_EXPIRED', severity: 'warning', message, hint, at }];
  }
  const message = `${which} in the policy "${file}" ends on ${until}`;
  return [{ code: 'POLICY_EXCEPTION_ENDING', severity: 'info', message, hint, at }];
}
