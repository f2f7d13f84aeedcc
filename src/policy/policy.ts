import type { At } from '../model/finding.ts';
import type { PolicyChecks, PolicyException, PolicyRules } from '../schema/policy.types.ts';

/** What a machine policy can judge, in the words of the file. */
export type Subject = keyof PolicyRules;

export type Effect = 'deny' | 'warn' | 'allow';

/** One policy as written: root's, the user's own, or one that was named. A subject without rules is allowed. */
export interface Policy {
  /** The file it was read from, for messages. */
  readonly file: string;
  readonly rules: Readonly<Partial<Record<Subject, Rules>>>;
  /** Levels of checks; absent: this policy does not ask for checks. */
  readonly checks?: PolicyChecks;
  /** What this policy lets pass all the same, in the order of the file. Absent: nothing. */
  readonly exceptions?: readonly Exception[];
  /** What must be signed, in the order of the file. */
  readonly signatures?: readonly Requirement[];
  /** `sigstore.trustedRoot`: absolute path. Without it, the public good instance judges identities. */
  readonly trustedRoot?: string;
  /** Who may sign commits and tags, one of whom is enough. Absent: this policy does not say. */
  readonly commits?: readonly CommitSigner[];
}

/** `until` is the last day on which it holds, YYYY-MM-DD in UTC. */
export interface Exception extends Pick<PolicyException, 'rule' | 'servers' | 'reason' | 'until'> {
  /** Where the policy grants it, with its line. */
  readonly at: At;
}

export type CommitSigner =
  /** A public key of SSH, `KIND BASE64`. */
  | { readonly kind: 'ssh'; readonly key: string; readonly principal: string | null }
  /** The fingerprint of an OpenPGP key in upper case, and the absolute path of a file that has the key. */
  | { readonly kind: 'gpg'; readonly fingerprint: string; readonly keyFile: string };

/** What a policy demands to be signed, and by whom. All that match a subject must hold. */
export interface Requirement {
  /** As written: `ghcr.io/acme/*`, `npm:@acme/*`. */
  readonly pattern: string;
  /** The policy that demands it. */
  readonly file: string;
  /** Any one of these signatures is enough. */
  readonly oneOf: readonly WantedSignature[];
  /** The trusted root of that policy; null: the public good instance of Sigstore. */
  readonly trustedRoot: string | null;
}

export type WantedSignature =
  /** A Sigstore certificate. `identity` is a pattern, `issuer` is not. */
  | { readonly kind: 'identity'; readonly issuer: string; readonly identity: string }
  /** A public key: absolute path of a PEM file. */
  | { readonly kind: 'key'; readonly key: string };

/** Patterns with `*` for any run of characters. `deny` wins; what matches nothing gets `otherwise`. */
export interface Rules {
  readonly deny: readonly string[];
  readonly allow: readonly string[];
  /** `default` as written; without it `deny` when there is an `allow` list, else `allow`. */
  readonly otherwise: Effect;
}

/** Whether something of the subject is refused. */
export function isRestricted(rules: Rules | undefined): boolean {
  return rules !== undefined && (rules.deny.length > 0 || rules.otherwise === 'deny');
}

/** Whether the policy refuses anything at all, or demands signatures: its owner wants to be asked. */
export function restrictsAnything({ rules, signatures = [] }: Policy): boolean {
  return signatures.length > 0 || Object.values(rules).some(isRestricted);
}
