import { type Address, engineName } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { SourceIdentity } from '../model/inventory.ts';
import type { Desired, Rendered } from '../model/resource.ts';
import { type EngineHosts, UNKNOWN_HOST } from './engine-host.ts';
import { exceptedFinding, exceptionFor } from './exceptions.ts';
import { type Fact, fact } from './fact.ts';
import { factsOf } from './facts.ts';
import { allows, concerns } from './matches.ts';
import { type Effect, isRestricted, type Policy, restrictsAnything } from './policy.ts';
import { sourceName } from './source-name.ts';
import { usersOf } from './users-of.ts';

/** What resources are judged in, besides what they are. */
export interface Setting {
  readonly rendered: ReadonlyMap<Address, Rendered>;
  /** Null: it is not judged. */
  readonly source: SourceIdentity | null;
  readonly hosts: EngineHosts;
  /** Nobody looks at the plan: what a person could approve needs a policy that allows it. */
  readonly isUnattended?: boolean;
  /** YYYY-MM-DD in UTC: exceptions of a policy hold until a day. Without it, none does. */
  readonly today?: string;
}

/**
 * What machine policy says of what would be written: POLICY_DENIED errors and POLICY_WARNING warnings, each with
 * the address, or without one when the source itself is meant. Every policy must allow. Values that are not known
 * before the client starts are denied wherever something is restricted.
 *
 * What gives a container power over its host is denied wherever anything is restricted, or nobody looks, unless it is
 * allowed by name; everywhere else it is a warning.
 */
export function checkPolicy(
  policies: readonly Policy[],
  desired: readonly Desired[],
  setting: Setting,
): readonly Finding[] {
  const { source } = setting;
  const sources =
    source === null ? [] : [fact('sources', sourceName(source), `source "${sourceName(source)}"`)];
  const judged: Judgement = { isUnattended: false, ...setting, servers: [] };
  const serversOf = usersOf(desired);
  return [
    ...policies.flatMap((policy) => sources.flatMap((one) => judge(policy, one, judged))),
    ...eachOnce(desired.map((each) => [each, findingsOn(each, policies, setting, serversOf(each))])),
  ];
}

function findingsOn(
  desired: Desired,
  policies: readonly Policy[],
  { rendered, hosts, isUnattended = false, today }: Setting,
  servers: readonly string[],
): readonly Finding[] {
  const host = hosts.get(engineName(desired.engine ?? null)) ?? UNKNOWN_HOST;
  const facts = factsOf(desired, rendered.get(desired.address), host);
  const never = facts.filter(({ isNever }) => isNever === true);
  if (never.length > 0) return never.map(refused);
  const unsaid = isUnattended ? facts.flatMap((one) => judgeUnsaid(one, policies)) : [];
  const said =
    policies.length === 0
      ? facts.flatMap((one) => judgeAlone(one, isUnattended))
      : policies.flatMap((policy) =>
          facts.flatMap((one) => judge(policy, one, { isUnattended, servers, today })),
        );
  return [...unsaid, ...said];
}

/** What makes a machine run something, or hands it a secret: where nobody looks, a policy must speak of it. */
const SPOKEN_OF: ReadonlySet<Fact['subject']> = new Set([
  'commands',
  'headersHelper',
  'loaderVariables',
  'packages',
  'images',
  'registries',
  'secrets',
]);

function judgeUnsaid({ subject, shown }: Fact, policies: readonly Policy[]): readonly Finding[] {
  if (!SPOKEN_OF.has(subject) || policies.some(({ rules }) => rules[subject] !== undefined)) return [];
  const message = `${shown} is denied: nobody approves it here, and no policy of this machine has \`${subject}\``;
  return [
    { code: 'POLICY_DENIED', severity: 'error', message, hint: `have \`${subject}\` in a policy allow it` },
  ];
}

/** What is denied is so at each address. A warning about something that servers share is the servers' already. */
function eachOnce(judged: readonly (readonly [Desired, readonly Finding[]])[]): readonly Finding[] {
  const said = new Set(
    judged.flatMap(([{ server }, findings]) =>
      server === undefined ? [] : findings.map(({ message }) => message),
    ),
  );
  return judged.flatMap(([desired, findings]) =>
    findings
      .filter(
        ({ severity, message }) => severity === 'error' || desired.server !== undefined || !said.has(message),
      )
      .map((finding) => locate(finding, desired)),
  );
}

function refused({ shown }: Fact): Finding {
  return {
    code: 'POLICY_DENIED',
    severity: 'error',
    message: `${shown} is never given to a container by a manifest`,
    hint: 'name the secret in a variable that ends in `_FILE`: `TOKEN_FILE: ${secret.NAME}`',
  };
}

function locate(finding: Finding, { address, at }: Desired): Finding {
  return { ...finding, message: `"${address}": ${finding.message}`, address, at };
}

interface Judgement {
  readonly isUnattended: boolean;
  /** Whose fact it is. Of what several share, all of them. */
  readonly servers: readonly string[];
  readonly today?: string | undefined;
}

function judge(
  policy: Policy,
  judged: Fact,
  { isUnattended, servers, today }: Judgement,
): readonly Finding[] {
  const effect = effectOf(policy, judged, isUnattended);
  if (effect === 'allow') return [];
  const exception =
    today === undefined ? null : exceptionFor(policy, { rule: judged.subject, servers }, today);
  if (exception !== null) return [exceptedFinding(judged.shown, exception, policy)];
  const isDenied = effect === 'deny';
  return [
    {
      code: isDenied ? 'POLICY_DENIED' : 'POLICY_WARNING',
      severity: isDenied ? 'error' : 'warning',
      message: `${judged.shown} is ${isDenied ? 'denied' : 'warned about'} by the policy "${policy.file}"`,
      hint: `change the manifest, or have \`${judged.subject}\` in the policy allow it${judged.danger === undefined ? '' : ' by name'}`,
    },
  ];
}

/** On a machine without policy, a person who approves allows; what is dangerous is pointed out to that person. */
function judgeAlone({ shown, subject, danger }: Fact, isUnattended: boolean): readonly Finding[] {
  if (isUnattended && isGuarded(subject, danger)) {
    const message = `${shown} is denied: nobody approves it here, and this machine has no policy that allows it`;
    const hint = `have \`${subject}\` in a policy allow it by name`;
    return [{ code: 'POLICY_DENIED', severity: 'error', message, hint }];
  }
  if (danger === undefined) return [];
  const hint = 'mount only the folder that the server needs, or allow this one by name in a policy';
  return [{ code: 'POLICY_DANGER', severity: 'warning', message: `${shown} would be in a container`, hint }];
}

function effectOf(policy: Policy, judged: Fact, isUnattended: boolean): Effect {
  const { subject, danger } = judged;
  const written = policy.rules[subject];
  if (written?.deny.some((pattern) => concerns(pattern, judged))) return 'deny';
  if (written?.allow.some((pattern) => allows(pattern, judged))) return 'allow';
  // A written rule for privileges is about nothing else, so it decides; one for folders is about harmless ones too.
  const isOpen = danger === undefined && written !== undefined;
  if (!isOpen && isGuarded(subject, danger)) {
    if (isUnattended || restrictsAnything(policy)) return 'deny';
    return danger === undefined ? 'allow' : 'warn';
  }
  return written?.otherwise ?? unsaid(policy, judged);
}

/** What gives a container power over its host. */
function isGuarded(subject: Fact['subject'], danger: string | undefined): boolean {
  return subject === 'privileges' || danger !== undefined;
}

/** Who restricts programs restricts, unsaid, what changes the code they load. */
function unsaid({ rules }: Policy, { subject }: Fact): Effect {
  const isLoader =
    subject === 'loaderVariables' &&
    [rules.commands, rules.packages, rules.images, rules.registries].some(isRestricted);
  return isLoader ? 'deny' : 'allow';
}
