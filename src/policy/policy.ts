import type { PolicyRules } from '../schema/policy.types.ts';

/** What a machine policy can judge, in the words of the file. */
export type Subject = keyof PolicyRules;

export type Effect = 'deny' | 'warn' | 'allow';

/** One machine policy as written: root's or the user's own. A subject without rules is allowed. */
export interface Policy {
  /** The file it was read from, for messages. */
  readonly file: string;
  readonly rules: Readonly<Partial<Record<Subject, Rules>>>;
}

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
