import { posix } from 'node:path';
import type { Address } from '../model/address.ts';
import type { Finding } from '../model/finding.ts';
import type { SourceIdentity } from '../model/inventory.ts';
import type { Desired, Rendered } from '../model/resource.ts';
import { type Fact, factsOf } from './facts.ts';
import { allows, concerns } from './matches.ts';
import { type Effect, isRestricted, type Policy, type Rules } from './policy.ts';

/**
 * What machine policy says of what would be written: POLICY_DENIED errors and POLICY_WARNING warnings, each with
 * the address, or without one when the source itself is meant. Every policy must allow. Values that are not known
 * before the client starts are denied wherever something is restricted. Empty without policies.
 */
export function checkPolicy(
  policies: readonly Policy[],
  desired: readonly Desired[],
  rendered: ReadonlyMap<Address, Rendered>,
  source: SourceIdentity,
): readonly Finding[] {
  if (policies.length === 0) return [];
  const name = sourceName(source);
  const whole: Fact = { subject: 'sources', text: name, shown: `source "${name}"` };
  return [
    ...policies.flatMap((policy) => judge(policy, whole)),
    ...desired.flatMap((each) => {
      const facts = factsOf(each, rendered.get(each.address));
      return policies.flatMap((policy) =>
        facts.flatMap((fact) => judge(policy, fact).map((finding) => locate(finding, each))),
      );
    }),
  ];
}

function locate(finding: Finding, { address, at }: Desired): Finding {
  return { ...finding, message: `"${address}": ${finding.message}`, address, at };
}

function judge(policy: Policy, fact: Fact): readonly Finding[] {
  const effect = effectOf(rulesFor(policy, fact), fact);
  if (effect === 'allow') return [];
  const isDenied = effect === 'deny';
  return [
    {
      code: isDenied ? 'POLICY_DENIED' : 'POLICY_WARNING',
      severity: isDenied ? 'error' : 'warning',
      message: `${fact.shown} is ${isDenied ? 'denied' : 'warned about'} by the policy "${policy.file}"`,
      hint: `change the manifest, or have \`${fact.subject}\` in the policy allow it`,
    },
  ];
}

function effectOf(rules: Rules, fact: Fact): Effect {
  if (rules.deny.some((pattern) => concerns(pattern, fact))) return 'deny';
  if (rules.allow.some((pattern) => allows(pattern, fact))) return 'allow';
  return rules.otherwise;
}

/** Rules of the subject. Who restricts programs restricts, unsaid, what changes the code they load. */
function rulesFor({ rules }: Policy, { subject }: Fact): Rules {
  const written = rules[subject];
  if (written !== undefined) return written;
  const isGuarded =
    subject === 'loaderVariables' &&
    [rules.commands, rules.packages, rules.images, rules.registries].some(isRestricted);
  return { deny: [], allow: [], otherwise: isGuarded ? 'deny' : 'allow' };
}

/** `github.com/acme/tools` for a remote in any spelling; `file:/path` for a manifest without one. */
function sourceName({ remote, root }: SourceIdentity): string {
  if (remote === null) return `file:${root}`;
  // As the engine spells it: no scheme, no credentials.
  const plain = /^([^/\s:~.][^/\s:]*(?::\d+)?)\/(.+)$/.exec(remote);
  if (plain !== null) return cleanName(plain[1] as string, plain[2] as string);
  const short = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(remote);
  if (short !== null) return cleanName(short[1] as string, short[2] as string);
  if (!URL.canParse(remote)) return `file:${posix.normalize(remote)}`;
  const { host, pathname } = new URL(remote);
  return host === '' ? `file:${pathname}` : cleanName(host, pathname);
}

function cleanName(host: string, path: string): string {
  const clean = posix
    .normalize(`/${path}`)
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return `${host.toLowerCase()}${clean}`;
}
