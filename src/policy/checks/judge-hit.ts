import type { Finding, Severity } from '../../model/finding.ts';
import { exceptedFinding, exceptionFor } from '../exceptions.ts';
import type { Policy } from '../policy.ts';
import type { Check, Hit, Level } from './check.ts';

/** A policy that asks for checks; with a null `file` nobody wrote one, and every check has its default level. */
export interface CheckPolicy extends Pick<Policy, 'checks' | 'exceptions'> {
  readonly file: string | null;
}

const LEVELS: readonly Level[] = ['off', 'note', 'warn', 'deny'];

/** What a policy wants of a check. */
export function levelOf({ id, level }: Check, { checks = {} }: CheckPolicy): Level {
  return checks[id] ?? level;
}

/**
 * What the policies together say of one hit: the strictest that no exception of its own lifts, and a note for each
 * exception that does lift something.
 */
export function judgeHit(
  check: Check,
  hit: Hit,
  policies: readonly CheckPolicy[],
  today: string,
): readonly Finding[] {
  const what = `${hit.server === null ? '' : `server "${hit.server}": `}${hit.words}`;
  const servers = hit.server === null ? [] : [hit.server];
  const lifted: Finding[] = [];
  let strictest: { readonly level: Level; readonly file: string | null } = { level: 'off', file: null };
  for (const policy of policies) {
    const level = levelOf(check, policy);
    if (level === 'off') continue;
    const exception = exceptionFor(policy, { rule: check.id, servers }, today);
    if (exception !== null) {
      lifted.push(exceptedFinding(`${what} (${check.id})`, exception, { file: policy.file ?? '' }));
    } else if (LEVELS.indexOf(level) > LEVELS.indexOf(strictest.level)) {
      strictest = { level, file: policy.file };
    }
  }
  return [...found(check, what, strictest), ...lifted];
}

function found(
  { id, code, hint }: Check,
  what: string,
  { level, file }: { readonly level: Level; readonly file: string | null },
): readonly Finding[] {
  if (level === 'off') return [];
  const by = level !== 'deny' ? '' : `, denied by ${file === null ? 'default' : `the policy "${file}"`}`;
  return [{ code, severity: SEVERITIES[level], message: `${what} (${id}${by})`, hint }];
}

const SEVERITIES: Readonly<Record<Exclude<Level, 'off'>, Severity>> = {
  note: 'info',
  warn: 'warning',
  deny: 'error',
};
